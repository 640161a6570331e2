{#- The adjusted cohort, judged after a number of years: the class is named by the year in which it was due, after four. A later
    year adjusts it again, for those who came or left meanwhile, and counts later diplomas. -#}
{% macro ind_adjusted_cohort(years) %}
    with cohorts as (select * from {{ ref('fct_k12_cohort') }}),

    enrollments as (select * from {{ ref('fct_k12_enrollment') }}),

    diplomas as (select * from {{ ref('fct_diploma') }}),

    subgroups as (select * from {{ ref('brg_person_subgroup') }}),

    treatments as (select * from {{ ref('k12_exit_treatment') }}),

    schools as (select * from {{ ref('dim_school') }}),

    concentrators as (select * from {{ ref('int_k12__concentrator') }}),

    availability as (select * from {{ ref('availability') }}),

    parameters as ({{ ind_parameters('ACGR', ['summer_end_month', 'summer_end_day']) }}),

    -- The cohort is known only where the state has the files of all its years.
    windows as (
        select
            cohorts.person_id,
            cohorts.cohort_year + 3 as graduation_year,
            make_date(
                cohorts.cohort_year + {{ years - 1 }},
                cast(parameters.summer_end_month as integer),
                cast(parameters.summer_end_day as integer)
            ) as window_end,
            cohorts.cohort_year + {{ years - 1 }} <= availability.last_k12_school_year as is_complete
        from cohorts
        cross join availability
        cross join parameters
        where cohorts.cohort_year >= availability.first_k12_school_year
    ),

    last_enrollment as (
        select distinct on (windows.person_id)
            windows.person_id,
            windows.graduation_year,
            windows.window_end,
            windows.is_complete,
            enrollments.school_id,
            enrollments.exit_date,
            enrollments.exit_type_code,
            enrollments.is_exit_documented
        from windows
        inner join enrollments
            on windows.person_id = enrollments.person_id and windows.window_end >= enrollments.entry_date
        order by
            windows.person_id asc,
            enrollments.entry_date desc,
            enrollments.exit_date desc nulls first,
            enrollments.school_id asc
    ),

    -- An alternate diploma counts only for students with a disability, for whom alone the law has it.
    graduates as (
        select distinct windows.person_id
        from windows
        inner join diplomas on windows.person_id = diplomas.person_id and windows.window_end >= diplomas.diploma_date
        left join subgroups
            on
                windows.person_id = subgroups.person_id
                and subgroups.subgroup_dimension = 'idea'
                and subgroups.subgroup = 'yes'
        where
            diplomas.diploma_treatment = 'regular'
            or (diplomas.diploma_treatment = 'alternate' and subgroups.person_id is not null)
    )

    -- Out of the cohort: a documented exit of a kind that removes, with no enrollment after it. A transfer between public
    -- schools of the state removes nobody: the next enrollment is its proof, and without one the student has not graduated.
    select
        cast(last_enrollment.graduation_year as text) as cohort_period,
        cast(last_enrollment.person_id as text) as unit_id,
        last_enrollment.person_id,
        last_enrollment.school_id,
        schools.district_id,
        concentrators.cip_code,
        concentrators.career_cluster_code,
        last_enrollment.is_complete as is_available,
        case when graduates.person_id is not null then 'diploma_record' end as found_in,
        cast(null as text) as employer_key
    from last_enrollment
    left join graduates on last_enrollment.person_id = graduates.person_id
    left join treatments on last_enrollment.exit_type_code = treatments.exit_type_code
    left join schools on last_enrollment.school_id = schools.school_id
    left join concentrators on last_enrollment.person_id = concentrators.person_id
    where
        graduates.person_id is not null
        or not (
            coalesce(treatments.cohort_treatment = 'remove_if_documented', false)
            and last_enrollment.is_exit_documented
            and last_enrollment.exit_date <= last_enrollment.window_end
        )
{% endmacro %}
