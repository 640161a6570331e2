-- One row per person and calendar year with wages above zero.
with wages as (select * from {{ ref('fct_wage_quarter') }}),

prices as (select * from {{ ref('int_price_level') }}),

-- The employer of the year is the one of the best-paid quarter, of equal ones the first.
years as (
    select
        person_id,
        quarter_index / 4 as calendar_year,
        count(*) as quarter_count,
        sum(wage_usd) as wage_usd,
        (array_agg(primary_employer_key order by wage_usd desc, quarter_index asc))[1] as employer_key
    from wages
    where wage_usd > 0
    group by person_id, quarter_index / 4
),

final as (
    select
        years.person_id,
        years.calendar_year,
        years.quarter_count,
        years.wage_usd,
        cast(years.wage_usd * prices.factor as numeric(14, 2)) as real_wage_usd,
        years.employer_key
    from years
    inner join prices on years.calendar_year = prices.calendar_year
)

select * from final
