-- One row per person and school year (July to June) from the year of the fourteenth birthday on.
with quarters as (select * from {{ ref('person_quarter_status') }}),

calendar as (select * from {{ ref('dim_calendar_quarter') }}),

final as (
    select
        quarters.person_id,
        calendar.school_year,
        max(quarters.graduation_year) as graduation_year,
        calendar.school_year - max(quarters.graduation_year) as years_since_graduation,
        bool_or(quarters.is_in_school) as is_in_school,
        bool_or(quarters.is_enrolled) as is_enrolled,
        bool_or(quarters.is_employed) as is_employed,
        count(*) filter (where quarters.is_employed) as employed_quarter_count,
        count(*) filter (where quarters.is_wage_observed) as observed_quarter_count,
        count(*) filter (where quarters.is_college_observed) as observed_college_quarter_count,
        sum(quarters.wage_usd) as wage_usd,
        {{ mart_status(
            'bool_or(quarters.is_in_school)', 'bool_or(quarters.is_enrolled)', 'bool_or(quarters.is_employed)'
        ) }} as status
    from quarters
    inner join calendar on quarters.quarter_index = calendar.quarter_index
    group by quarters.person_id, calendar.school_year
)

select * from final
