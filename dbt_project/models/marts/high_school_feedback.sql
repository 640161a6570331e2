-- One row per school and graduating class: what became of its graduates with a regular diploma.
with graduates as (select * from {{ ref('ind_college_going_12_month') }}),

diplomas as (select * from {{ ref('fct_diploma') }}),

enrollments as (select * from {{ ref('fct_postsecondary_enrollment') }}),

institutions as (select * from {{ ref('dim_institution') }}),

schools as (select * from {{ ref('dim_school') }}),

credentials as (select * from {{ ref('fct_credential_award') }}),

experiences as (select * from {{ ref('fct_work_based_learning') }}),

wages as (select * from {{ ref('fct_wage_quarter') }}),

availability as (select * from {{ ref('availability') }}),

-- The autumn after graduation is the fourth calendar quarter of the graduation year.
classes as (
    select
        graduates.person_id,
        graduates.school_id,
        cast(graduates.cohort_period as integer) as graduation_year,
        cast(graduates.cohort_period as integer) * 4 + 3 as autumn_quarter_index,
        graduates.outcome,
        graduates.cip_code is not null as is_concentrator
    from graduates
),

first_diploma as (
    select
        person_id,
        min(diploma_date) as diploma_date
    from diplomas
    where diploma_treatment = 'regular'
    group by person_id
),

first_college as (
    select distinct on (classes.person_id)
        classes.person_id,
        institutions.institution_name,
        institutions.institution_level,
        institutions.institution_control,
        institutions.is_in_state
    from classes
    inner join first_diploma on classes.person_id = first_diploma.person_id
    inner join enrollments
        on
            classes.person_id = enrollments.person_id
            and first_diploma.diploma_date < enrollments.end_date
            and first_diploma.diploma_date + 365 >= enrollments.begin_date
    left join institutions on enrollments.institution_key = institutions.institution_key
    where classes.outcome = 'yes' and not enrollments.is_dual
    order by classes.person_id asc, enrollments.begin_date asc, enrollments.evidence_source desc
),

credentialed as (
    select distinct person_id from credentials
    where reported_by = 'k12'
),

experienced as (
    select distinct person_id from experiences
    where is_completed
),

final as (
    select
        classes.school_id,
        classes.graduation_year,
        schools.school_name,
        schools.district_id,
        schools.district_name,
        count(*) as graduate_count,
        count(*) filter (where classes.is_concentrator) as concentrator_count,
        count(credentialed.person_id) as credential_count,
        count(experienced.person_id) as work_based_learning_count,
        count(*) filter (where classes.outcome <> 'not_yet_available') as college_known_count,
        count(*) filter (where classes.outcome = 'yes') as college_going_count,
        count(*) filter (where first_college.institution_level = '2') as two_year_count,
        count(*) filter (where first_college.institution_level = '4') as four_year_count,
        count(*) filter (where first_college.is_in_state) as in_state_count,
        count(*) filter (where not first_college.is_in_state) as out_of_state_count,
        count(*) filter (where first_college.institution_control = 'public') as public_count,
        count(*) filter (where first_college.institution_control = 'private') as private_count,
        mode() within group (order by first_college.institution_name) as most_attended_institution_name,
        count(*) filter (where wages.wage_usd > 0) as employed_in_autumn_count,
        count(*) filter (where classes.outcome = 'no' and coalesce(wages.wage_usd, 0) = 0) as found_in_neither_count,
        cast(
            percentile_cont(0.5) within group (order by wages.wage_usd) filter (where wages.wage_usd > 0) as numeric(
                14, 2
            )
        ) as median_autumn_wage_usd,
        bool_and(classes.autumn_quarter_index <= availability.last_wage_quarter_index) as has_autumn_wages
    from classes
    cross join availability
    left join first_college on classes.person_id = first_college.person_id
    left join credentialed on classes.person_id = credentialed.person_id
    left join experienced on classes.person_id = experienced.person_id
    left join wages
        on
            classes.person_id = wages.person_id
            and classes.autumn_quarter_index = wages.quarter_index
    left join schools on classes.school_id = schools.school_id
    group by classes.school_id, classes.graduation_year, schools.school_name, schools.district_id, schools.district_name
)

select * from final
