-- One row per graduate and year since graduation, 1 to 10, in the layout of OpenSDP's career analyses.
with years as (select * from {{ ref('person_year_status') }}),

people as (select * from {{ ref('dim_person') }}),

awards as (select * from {{ ref('fct_postsecondary_award') }}),

diplomas as (select * from {{ ref('fct_diploma') }}),

prices as (select * from {{ ref('int_price_level') }}),

wages as (select * from {{ ref('fct_wage_quarter') }}),

employers as (select * from {{ ref('dim_employer') }}),

calendar as (select * from {{ ref('dim_calendar_quarter') }}),

degrees as (
    select
        person_id,
        {{ academic_year_of('award_date') }} as school_year,
        max(award_title) as highest_degree
    from awards
    group by person_id, {{ academic_year_of('award_date') }}
),

first_diploma as (
    select distinct on (person_id)
        person_id,
        diploma_type_code
    from diplomas
    where diploma_treatment = 'regular'
    order by person_id asc, diploma_date asc, diploma_type_code asc
),

sectors as (
    select distinct on (wages.person_id, calendar.school_year)
        wages.person_id,
        calendar.school_year,
        employers.naics_sector
    from wages
    inner join calendar on wages.quarter_index = calendar.quarter_index
    inner join employers on wages.primary_employer_key = employers.employer_key
    order by wages.person_id asc, calendar.school_year asc, wages.wage_usd desc, wages.quarter_index asc
),

final as (
    select
        years.person_id as student_id,
        years.graduation_year as hs_graduation_year,
        years.years_since_graduation as years_from_hs,
        cast(years.is_enrolled as integer) as in_college_indicator,
        cast(years.is_employed as integer) as working,
        degrees.highest_degree as highest_degree_in_year,
        people.sex,
        people.race_ethnicity as race,
        cast(null as integer) as math_test_quartile,
        first_diploma.diploma_type_code as deg_in_hs,
        sectors.naics_sector as sector,
        -- Annual wages are told only where three quarters or more were worked, as the layout's authors do.
        case
            when years.employed_quarter_count >= 3 then cast(years.wage_usd * prices.factor as numeric(14, 2))
        end as adj_annual_wages
    from years
    inner join people on years.person_id = people.person_id
    left join degrees on years.person_id = degrees.person_id and years.school_year = degrees.school_year
    left join first_diploma on years.person_id = first_diploma.person_id
    left join sectors on years.person_id = sectors.person_id and years.school_year = sectors.school_year
    left join prices on years.school_year - 1 = prices.calendar_year
    where years.years_since_graduation between 1 and 10
)

select * from final
