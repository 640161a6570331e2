-- One row per graduate with a regular diploma and calendar quarter since then for which wages have been delivered.
with diplomas as (select * from {{ ref('fct_diploma') }}),

enrollments as (select * from {{ ref('fct_postsecondary_enrollment') }}),

wages as (select * from {{ ref('fct_wage_quarter') }}),

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

panel as (
    select
        graduates.person_id,
        graduates.graduation_year,
        quarters.quarter_index,
        quarters.quarter_index - graduates.diploma_quarter_index as quarters_since_diploma,
        exists(
            select 1 from enrollments
            where
                enrollments.person_id = graduates.person_id
                and enrollments.begin_date <= quarters.end_date
                and enrollments.end_date >= quarters.begin_date
                and not enrollments.is_dual
        ) as is_enrolled,
        coalesce(wages.wage_usd, 0) as wage_usd
    from graduates
    cross join availability
    inner join quarters
        on
            graduates.diploma_quarter_index < quarters.quarter_index
            and availability.last_wage_quarter_index >= quarters.quarter_index
    left join wages
        on
            graduates.person_id = wages.person_id
            and quarters.quarter_index = wages.quarter_index
),

final as (
    select
        person_id,
        graduation_year,
        quarter_index,
        quarters_since_diploma,
        is_enrolled,
        wage_usd > 0 as is_employed,
        wage_usd,
        case
            when is_enrolled and wage_usd > 0 then 'enrolled_and_employed'
            when is_enrolled then 'enrolled'
            when wage_usd > 0 then 'employed'
            else 'not_found'
        end as status
    from panel
)

select * from final
