-- One row per place that a delivered record names: region, county or state.
with schools as (select * from {{ ref('dim_school') }}),

employers as (select * from {{ ref('dim_employer') }}),

institutions as (select * from {{ ref('dim_institution') }}),

named as (
    select
        'region' as geography_type,
        region_name as geography_name,
        count(*) as school_count,
        0 as employer_count,
        0 as institution_count
    from schools
    group by region_name

    union all

    select
        'county' as geography_type,
        county_name as geography_name,
        0 as school_count,
        count(*) as employer_count,
        0 as institution_count
    from employers
    group by county_name

    union all

    select
        'state' as geography_type,
        institution_state as geography_name,
        0 as school_count,
        0 as employer_count,
        count(*) as institution_count
    from institutions
    group by institution_state
),

final as (
    select
        geography_type || ':' || geography_name as geography_key,
        geography_type,
        geography_name,
        school_count,
        employer_count,
        institution_count
    from named
    where geography_name is not null
)

select * from final
