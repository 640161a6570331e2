{#- Graduates judged by any college between two days. `parameters` is a relation of one row, which the expressions `opens` and
    `closes` may use beside graduates; both days are included. -#}
{% macro ind_college_going(opens, closes, parameters) %}
    with college as (select * from {{ ref('fct_postsecondary_enrollment') }}),

    availability as (select * from {{ ref('availability') }}),

    parameters as ({{ parameters }}),

    windows as (
        select
            graduates.*,
            cast(graduates.person_id as text) as unit_id,
            {{ opens }} as opens,
            {{ closes }} as closes
        from {{ ref('int_k12__graduate') }} as graduates
        cross join parameters
    ),

    spells as ({{ ind_first_spell('windows') }})

    -- Both kinds of evidence must reach the end of the window; a state that has only one of them is judged by that one.
    -- Classes whose first autumn lies before all college records cannot be judged, ever, and are left out.
    select
        cast(windows.school_year as text) as cohort_period,
        windows.unit_id,
        windows.person_id,
        windows.school_id,
        windows.district_id,
        windows.cip_code,
        windows.career_cluster_code,
        coalesce(
            windows.closes <= least(availability.last_nsc_date, availability.last_postsecondary_date), false
        ) as is_available,
        spells.evidence_source as found_in,
        cast(null as text) as employer_key,
        windows.school_year,
        windows.diploma_date,
        spells.institution_key,
        spells.begin_date
    from windows
    cross join availability
    left join spells on windows.unit_id = spells.unit_id
    where coalesce(availability.first_college_date <= make_date(windows.school_year, 9, 30), true)
{% endmacro %}
