{#- Youth exits judged in a quarter after exit: wages, else supplemental evidence of work, else college, high school or the
    program's own report of education or training. Work stands first, because its record is the nearest to what was asked. -#}
{% macro ind_wioa_youth_placed(quarter_after_exit) %}
    with exiters as (
        select
            exiters.*,
            quarters.begin_date as opens,
            quarters.end_date as closes
        from {{ ref('int_wioa__exiter') }} as exiters
        inner join {{ ref('dim_calendar_quarter') }} as quarters
            on exiters.measured_quarter_index = quarters.quarter_index
        where exiters.quarter_after_exit = {{ quarter_after_exit }} and exiters.is_youth
    ),

    college as (select * from {{ ref('fct_postsecondary_enrollment') }}),

    availability as (select * from {{ ref('availability') }}),

    enrolled as ({{ ind_first_spell('exiters') }}),

    in_school as (
        select distinct exiters.unit_id
        from exiters
        inner join {{ ref('fct_k12_enrollment') }} as enrollments
            on
                exiters.person_id = enrollments.person_id
                and exiters.closes >= enrollments.entry_date
                and exiters.opens <= {{ core_enrolled_until('enrollments') }}
    )

    select
        {{ ind_wioa_unit('exiters') }},
        -- A college term that has not come yet could still show a yes.
        exiters.is_available
        and coalesce(exiters.closes <= least(availability.last_nsc_date, availability.last_postsecondary_date), true)
            as is_available,
        coalesce(
            case when exiters.wage_usd > 0 then 'ui_wage' end,
            exiters.supplemental_source,
            enrolled.evidence_source,
            case
                when in_school.unit_id is not null then 'k12_record'
                when exiters.is_placed_in_education then 'program_record'
            end
        ) as found_in,
        exiters.employer_key
    from exiters
    cross join availability
    left join enrolled on exiters.unit_id = enrolled.unit_id
    left join in_school on exiters.unit_id = in_school.unit_id
{% endmacro %}
