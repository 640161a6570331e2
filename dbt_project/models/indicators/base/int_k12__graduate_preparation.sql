-- One row per person with a regular diploma: what was done for a career before it.
with graduates as (select * from {{ ref('int_k12__graduate') }}),

credentials as (select * from {{ ref('int_person__recognized_credential') }}),

experiences as (select * from {{ ref('fct_work_based_learning') }}),

college as (
    select * from {{ ref('fct_postsecondary_enrollment') }}
    where is_dual
),

courses as (
    select * from {{ ref('fct_postsecondary_course') }}
    where is_dual
),

programs as (select * from {{ ref('dim_program') }}),

availability as (select * from {{ ref('availability') }}),

parameters as ({{ ind_parameters('CAREER_PREPARATION', ['credential_grace_days', 'work_types', 'work_min_hours']) }}),

credentialed as (
    select
        graduates.person_id,
        min(credentials.evidence_source) as evidence_source
    from graduates
    cross join parameters
    inner join credentials
        on
            graduates.person_id = credentials.person_id
            and graduates.diploma_date + cast(parameters.credential_grace_days as integer) >= credentials.award_date
    group by graduates.person_id
),

worked as (
    select distinct graduates.person_id
    from graduates
    cross join parameters
    inner join experiences
        on graduates.person_id = experiences.person_id and graduates.diploma_date >= experiences.begin_date
    where
        experiences.is_completed
        and experiences.experience_type = any(string_to_array(parameters.work_types, '|'))
        and coalesce(experiences.hours, 0) >= cast(parameters.work_min_hours as numeric)
),

dual as (
    select
        graduates.person_id,
        max(college.evidence_source) as evidence_source,
        sum(college.credits_earned) as credits_earned
    from graduates
    inner join college on graduates.person_id = college.person_id and graduates.diploma_date >= college.begin_date
    group by graduates.person_id
),

-- Credit in the career cluster of the program in which the graduate concentrated.
relevant as (
    select
        graduates.person_id,
        sum(courses.credits_earned) as credits_earned
    from graduates
    inner join courses on graduates.person_id = courses.person_id and graduates.diploma_date >= courses.begin_date
    inner join programs on courses.cip_code = programs.cip_code
    where programs.career_cluster_code = graduates.career_cluster_code
    group by graduates.person_id
),

-- Dual enrollment begins two years before the diploma; classes before that cannot be judged by it, ever.
final as (
    select
        cast(graduates.school_year as text) as cohort_period,
        cast(graduates.person_id as text) as unit_id,
        graduates.person_id,
        graduates.school_id,
        graduates.district_id,
        graduates.cip_code,
        graduates.career_cluster_code,
        graduates.is_concentrator,
        credentialed.evidence_source as credential_source,
        case when worked.person_id is not null then 'k12_record' end as work_source,
        dual.evidence_source as dual_source,
        coalesce(dual.credits_earned, 0) as dual_credits,
        coalesce(relevant.credits_earned, 0) as relevant_dual_credits,
        coalesce(availability.first_college_date <= make_date(graduates.school_year - 2, 9, 30), false)
            as is_college_covered,
        coalesce(graduates.diploma_date <= availability.last_postsecondary_date, false) as is_college_available
    from graduates
    cross join availability
    left join credentialed on graduates.person_id = credentialed.person_id
    left join worked on graduates.person_id = worked.person_id
    left join dual on graduates.person_id = dual.person_id
    left join relevant on graduates.person_id = relevant.person_id
)

select * from final
