{#- Graduates who were in college in their first fall, judged by the next: enrolled again, at the same institution where
    `same_institution` asks for it, or the holder of an award by then. -#}
{% macro ind_next_fall(same_institution) %}
    with college as (select * from {{ ref('fct_postsecondary_enrollment') }}),

    awards as (select * from {{ ref('fct_postsecondary_award') }}),

    availability as (select * from {{ ref('availability') }}),

    parameters as ({{ ind_parameters('COLLEGE_FALL', ['first_month']) }}),

    first_fall as (
        {{ ind_college_going(
            "greatest(graduates.diploma_date + 1, make_date(graduates.school_year, cast(parameters.first_month as integer), 1))",
            "make_date(graduates.school_year, 12, 31)",
            ind_parameters('COLLEGE_FALL', ['first_month'])
        ) }}
    ),

    students as (
        select
            first_fall.*,
            make_date(first_fall.school_year + 1, cast(parameters.first_month as integer), 1) as opens,
            make_date(first_fall.school_year + 1, 12, 31) as closes
        from first_fall
        cross join parameters
        where first_fall.found_in is not null
    ),

    again as (
        select
            students.unit_id,
            max(college.evidence_source) as evidence_source
        from students
        inner join college
            on
                students.person_id = college.person_id
                and students.opens <= college.end_date
                and students.closes >= college.begin_date
                {%- if same_institution %}
                and students.institution_key = college.institution_key
                {%- endif %}
        where not college.is_dual
        group by students.unit_id
    ),

    awarded as (
        select
            students.unit_id,
            max(awards.evidence_source) as evidence_source
        from students
        inner join awards
            on
                students.person_id = awards.person_id
                and students.diploma_date < awards.award_date
                and students.closes >= awards.award_date
                {%- if same_institution %}
                and students.institution_key = awards.institution_key
                {%- endif %}
        group by students.unit_id
    )

    select
        {{ ind_unit('students') }},
        coalesce(
            students.closes <= least(availability.last_nsc_date, availability.last_postsecondary_date), false
        ) as is_available,
        coalesce(again.evidence_source, awarded.evidence_source) as found_in,
        students.employer_key
    from students
    cross join availability
    left join again on students.unit_id = again.unit_id
    left join awarded on students.unit_id = awarded.unit_id
{% endmacro %}
