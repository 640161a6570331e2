-- One row per calendar quarter of which any source has been delivered.
with quarters as (select * from {{ ref('dim_calendar_quarter') }}),

availability as (select * from {{ ref('availability') }}),

observed as (
    select
        quarters.quarter_index,
        quarters.calendar_year,
        coalesce(
            quarters.school_year between availability.first_k12_school_year and availability.last_k12_school_year, false
        ) as is_school_observed,
        coalesce(
            quarters.begin_date >= date_trunc('quarter', availability.first_college_date)
            and quarters.end_date <= greatest(availability.last_nsc_date, availability.last_postsecondary_date),
            false
        ) as is_college_observed,
        coalesce(
            quarters.quarter_index
            between availability.first_wage_quarter_index and availability.last_wage_quarter_index,
            false
        ) as is_wage_observed
    from quarters
    cross join availability
),

final as (
    select * from observed
    where is_school_observed or is_college_observed or is_wage_observed
)

select * from final
