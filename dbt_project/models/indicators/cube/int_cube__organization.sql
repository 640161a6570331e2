-- One row per school and district of units, and organisation that they count in: state, region, district, school.
with outcomes as (select * from {{ ref('outcome') }}),

schools as (select * from {{ ref('dim_school') }}),

institutions as (select * from {{ ref('dim_institution') }}),

named as (
    select distinct
        school_id,
        district_id
    from outcomes
),

final as (
    select
        named.school_id,
        named.district_id,
        levels.organization_level,
        levels.organization_id,
        cast(dense_rank() over (order by named.school_id, named.district_id) as integer) as organization_key,
        -- 0 is the whole state.
        cast(
            dense_rank() over (
                order by levels.organization_level <> 'state', levels.organization_level, levels.organization_id
            ) - 1 as integer
        ) as cell_organization_key
    from named
    left join schools on named.school_id = schools.school_id
    left join institutions on named.school_id = institutions.institution_key
    cross join
        lateral (
            values
            ('state', 'all'),
            ('region', schools.region_name),
            ('district', named.district_id),
            (case when institutions.institution_key is null then 'school' else 'institution' end, named.school_id)
        ) as levels (organization_level, organization_id)
    where levels.organization_id is not null
)

select * from final
