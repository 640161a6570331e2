-- One row per calendar year, 2000 to 2050: what makes its dollars those of the newest year of the price index.
with prices as (select * from {{ ref('consumer_price_index') }}),

base as (
    select
        calendar_year as base_year,
        index_value as base_value
    from prices
    order by calendar_year desc
    limit 1
),

-- A year that the index does not know yet is not adjusted, nor is one before its first.
final as (
    select
        years.calendar_year,
        base.base_year,
        coalesce(base.base_value / prices.index_value, 1) as factor,
        prices.index_value is not null as is_known
    from generate_series(2000, 2050) as years (calendar_year)
    cross join base
    left join prices on years.calendar_year = prices.calendar_year
)

select * from final
