-- One row per person and academic year of an award with wages in the second quarter after it: kept employer.
with origins as (select * from {{ ref('int_outcome__origin') }}),

wages as (
    select * from {{ ref('fct_wage') }}
    where wage_usd > 0
),

availability as (select * from {{ ref('availability') }}),

units as (
    {{ ind_origin_quarter('award', 2, 2, 4) }}
),

employed as (
    select
        units.unit_id,
        min(wages.employer_key) as employer_key,
        min(later.employer_key) as kept_employer_key
    from units
    inner join wages on units.person_id = wages.person_id and units.measured_quarter_index = wages.quarter_index
    left join wages as later
        on
            wages.person_id = later.person_id
            and wages.employer_key = later.employer_key
            and later.quarter_index = wages.quarter_index + 2
    group by units.unit_id
),

judged as (
    select
        units.*,
        employed.kept_employer_key is not null as is_met,
        coalesce(employed.kept_employer_key, employed.employer_key) as employer_key
    from units
    left join employed on units.unit_id = employed.unit_id
    where not units.is_available or employed.unit_id is not null
),

final as (
    select
        'SAME_EMPLOYER_AWARD' as indicator_code,
        '1.0' as indicator_version,
        {{ ind_origin_columns() }}
    from judged
)

select * from final
