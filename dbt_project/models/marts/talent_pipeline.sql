-- One row per origin, program, region and year of completion: where those who completed a program work.
with origins as (
    select * from {{ ref('int_outcome__origin') }}
    where cip_code is not null
),

availability as (select * from {{ ref('availability') }}),

earnings as (select * from {{ ref('int_person__annual_earnings') }}),

employers as (select * from {{ ref('dim_employer') }}),

programs as (select * from {{ ref('dim_program') }}),

schools as (select * from {{ ref('dim_school') }}),

fields as (select * from {{ ref('cip_family_naics') }}),

first_year as (
    {{ ind_origin_year('high_school', 1) }}
    union all
    {{ ind_origin_year('award', 1) }}
),

third_year as (
    {{ ind_origin_year('high_school', 3) }}
    union all
    {{ ind_origin_year('award', 3) }}
),

judged as (
    select
        first_year.*,
        schools.region_name,
        employers.naics_sector,
        {{ ind_in_field('first_year.cip_code', 'employers.naics_sector') }} as is_in_field,
        coalesce(third_year.is_available, false) as is_third_year_available,
        {{ ind_in_field('third_year.cip_code', 'later.naics_sector') }} as is_in_field_later
    from first_year
    left join employers on first_year.employer_key = employers.employer_key
    left join schools on first_year.school_id = schools.school_id
    left join third_year on first_year.origin = third_year.origin and first_year.unit_id = third_year.unit_id
    left join employers as later on third_year.employer_key = later.employer_key
),

final as (
    select
        judged.origin,
        judged.cip_code,
        coalesce(judged.region_name, 'not told') as region_name,
        judged.origin_calendar_year as completion_year,
        programs.cip_title,
        programs.career_cluster_name,
        count(*) as completer_count,
        count(*) filter (where judged.is_available) as measured_count,
        count(*) filter (where judged.is_available and judged.wage_usd > 0) as employed_count,
        count(*) filter (where judged.is_available and judged.is_in_field) as in_field_count,
        count(distinct judged.employer_key) filter (where judged.is_available) as employer_count,
        mode() within group (order by judged.naics_sector) filter (where judged.is_available) as most_frequent_sector,
        {{ mart_median("judged.real_wage_usd", "where judged.is_available and judged.wage_usd > 0") }}
            as median_earnings_usd,
        count(*) filter (where judged.is_in_field and judged.is_third_year_available) as retention_measured_count,
        count(*) filter (
            where judged.is_in_field and judged.is_third_year_available and judged.is_in_field_later
        ) as retained_in_field_count
    from judged
    left join programs on judged.cip_code = programs.cip_code
    group by
        judged.origin, judged.cip_code, coalesce(judged.region_name, 'not told'), judged.origin_calendar_year,
        programs.cip_title, programs.career_cluster_name
)

select * from final
