-- One row per person and calendar quarter from the year of the fourteenth birthday to the last that has been delivered.
with people as (select * from {{ ref('dim_person') }}),

spells as (select * from {{ ref('fct_k12_enrollment_spell') }}),

college as (select * from {{ ref('fct_postsecondary_enrollment') }}),

wages as (select * from {{ ref('fct_wage_quarter') }}),

diplomas as (select * from {{ ref('fct_diploma') }}),

quarters as (select * from {{ ref('dim_calendar_quarter') }}),

availability as (select * from {{ ref('availability') }}),

graduates as (
    select
        person_id,
        min(school_year) as graduation_year,
        control.quarter_index(min(diploma_date)) as diploma_quarter_index
    from diplomas
    where diploma_treatment = 'regular'
    group by person_id
),

-- Who has not left is in school to the end of the last school year that names the enrollment.
found as (
    select
        spells.person_id,
        in_school.quarter_index,
        true as in_school,
        false as in_college,
        cast(0 as numeric) as wage_usd
    from spells
    cross join
        lateral generate_series(
            control.quarter_index(spells.entry_date),
            control.quarter_index({{ core_enrolled_until('spells') }})
        ) as in_school (quarter_index)

    union all

    select
        college.person_id,
        in_college.quarter_index,
        false as in_school,
        true as in_college,
        0 as wage_usd
    from college
    cross join
        lateral generate_series(
            control.quarter_index(college.begin_date), control.quarter_index(college.end_date)
        ) as in_college (quarter_index)
    where not college.is_dual

    union all

    select
        person_id,
        quarter_index,
        false as in_school,
        false as in_college,
        wage_usd
    from wages
),

summed as (
    select
        person_id,
        quarter_index,
        bool_or(in_school) as is_in_school,
        bool_or(in_college) as is_enrolled,
        sum(wage_usd) as wage_usd
    from found
    group by person_id, quarter_index
),

observed as (
    select
        quarters.*,
        coalesce(
            quarters.school_year between availability.first_k12_school_year and availability.last_k12_school_year, false
        ) as is_school_observed,
        coalesce(
            quarters.begin_date >= date_trunc('quarter', availability.first_college_date)
            and quarters.end_date <= greatest(availability.last_nsc_date, availability.last_postsecondary_date),
            false
        ) as is_college_observed,
        quarters.quarter_index between availability.first_wage_quarter_index and availability.last_wage_quarter_index
            as is_wage_observed
    from quarters
    cross join availability
),

final as (
    select
        people.person_id,
        graduates.graduation_year,
        observed.quarter_index,
        observed.quarter_index - graduates.diploma_quarter_index as quarters_since_diploma,
        coalesce(summed.is_in_school, false) as is_in_school,
        coalesce(summed.is_enrolled, false) as is_enrolled,
        coalesce(summed.wage_usd > 0, false) as is_employed,
        cast(coalesce(summed.wage_usd, 0) as numeric(14, 2)) as wage_usd,
        {{ mart_status('summed.is_in_school', 'summed.is_enrolled', 'summed.wage_usd > 0') }} as status,
        observed.is_school_observed,
        observed.is_college_observed,
        coalesce(observed.is_wage_observed, false) as is_wage_observed
    from people
    inner join observed
        on
            people.birth_year + 14 <= observed.calendar_year
            and (observed.is_school_observed or observed.is_college_observed or observed.is_wage_observed)
    left join graduates on people.person_id = graduates.person_id
    left join summed on people.person_id = summed.person_id and observed.quarter_index = summed.quarter_index
    where people.has_k12_record or people.has_postsecondary_record or people.has_wioa_record
)

select * from final
