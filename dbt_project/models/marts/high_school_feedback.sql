-- One row per school and graduating class: what became of its graduates with a regular diploma.
with graduates as (select * from {{ ref('ind_college_going_12_month') }}),

diplomas as (select * from {{ ref('int_k12__graduate') }}),

outcomes as (select * from {{ ref('outcome') }}),

enrollments as (select * from {{ ref('fct_postsecondary_enrollment') }}),

institutions as (select * from {{ ref('dim_institution') }}),

schools as (select * from {{ ref('dim_school') }}),

preparations as (select * from {{ ref('int_k12__graduate_preparation') }}),

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

-- What other indicators found of the same people: each is its own rule, and counts only whom it has judged.
later as (
    select
        person_id,
        max(outcome) filter (where indicator_code = 'COLLEGE_PERSISTENCE') as persistence,
        max(outcome) filter (where indicator_code = 'COLLEGE_REMEDIATION') as remediation,
        max(amount_usd) filter (where indicator_code = 'EARNINGS_HS_1Y') as first_year_usd,
        max(amount_usd) filter (where indicator_code = 'EARNINGS_HS_5Y') as fifth_year_usd,
        max(amount_usd) filter (where indicator_code = 'EARNINGS_HS_10Y') as tenth_year_usd
    from outcomes
    where
        indicator_code in (
            'COLLEGE_PERSISTENCE', 'COLLEGE_REMEDIATION', 'EARNINGS_HS_1Y', 'EARNINGS_HS_5Y', 'EARNINGS_HS_10Y'
        )
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
    inner join diplomas on classes.person_id = diplomas.person_id
    inner join enrollments
        on
            classes.person_id = enrollments.person_id
            and diplomas.diploma_date < enrollments.end_date
            and diplomas.diploma_date + 365 >= enrollments.begin_date
    left join institutions on enrollments.institution_key = institutions.institution_key
    where classes.outcome = 'yes' and not enrollments.is_dual
    order by classes.person_id asc, enrollments.begin_date asc, enrollments.evidence_source desc
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
        count(preparations.credential_source) as credential_count,
        count(preparations.work_source) as work_based_learning_count,
        count(*) filter (where classes.outcome <> 'not_yet_available') as college_known_count,
        count(*) filter (where classes.outcome = 'yes') as college_going_count,
        count(*) filter (where first_college.institution_level = '2') as two_year_count,
        count(*) filter (where first_college.institution_level = '4') as four_year_count,
        count(*) filter (where first_college.is_in_state) as in_state_count,
        count(*) filter (where not first_college.is_in_state) as out_of_state_count,
        count(*) filter (where first_college.institution_control = 'public') as public_count,
        count(*) filter (where first_college.institution_control = 'private') as private_count,
        count(*) filter (where later.persistence in ('yes', 'no')) as persistence_known_count,
        count(*) filter (where later.persistence = 'yes') as persisting_count,
        count(*) filter (where later.remediation in ('yes', 'no')) as remediation_known_count,
        count(*) filter (where later.remediation = 'yes') as remediation_count,
        mode() within group (order by first_college.institution_name) as most_attended_institution_name,
        count(*) filter (where wages.wage_usd > 0) as employed_in_autumn_count,
        count(*) filter (where classes.outcome = 'no' and coalesce(wages.wage_usd, 0) = 0) as found_in_neither_count,
        {{ mart_median("wages.wage_usd", "where wages.wage_usd > 0") }} as median_autumn_wage_usd,
        {{ mart_median("later.first_year_usd") }} as median_first_year_usd,
        {{ mart_median("later.fifth_year_usd") }} as median_fifth_year_usd,
        {{ mart_median("later.tenth_year_usd") }} as median_tenth_year_usd,
        bool_and(classes.autumn_quarter_index <= availability.last_wage_quarter_index) as has_autumn_wages
    from classes
    cross join availability
    left join first_college on classes.person_id = first_college.person_id
    left join later on classes.person_id = later.person_id
    left join preparations on classes.person_id = preparations.person_id
    left join wages
        on
            classes.person_id = wages.person_id
            and classes.autumn_quarter_index = wages.quarter_index
    left join schools on classes.school_id = schools.school_id
    group by classes.school_id, classes.graduation_year, schools.school_name, schools.district_id, schools.district_name
)

select * from final
