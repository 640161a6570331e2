-- One row per graduating class, school, district or whole state, subgroup, year since graduation and status.
with years as (
    select * from {{ ref('person_year_status') }}
    where years_since_graduation between 1 and 10
),

graduates as (select * from {{ ref('int_k12__graduate') }}),

subgroups as (select * from {{ ref('brg_person_subgroup') }}),

-- Where a source of the year has not been delivered in full, nobody's status is known.
observed as (
    select
        years.person_id,
        years.graduation_year,
        years.years_since_graduation,
        years.status,
        graduates.school_id,
        graduates.district_id
    from years
    inner join graduates on years.person_id = graduates.person_id
    where years.observed_quarter_count = 4 and years.observed_college_quarter_count = 4
),

counted as (
    select
        graduation_year,
        years_since_graduation,
        case
            when grouping(school_id) = 0 then 'school' when grouping(district_id) = 0 then 'district' else 'state'
        end as organization_level,
        coalesce(school_id, district_id, 'all') as organization_id,
        'all' as subgroup_dimension,
        'all' as subgroup,
        status,
        count(*) as person_count
    from observed
    group by graduation_year, years_since_graduation, status, grouping sets ((), (district_id), (school_id))
    having (grouping(school_id) = 1 or school_id is not null) and (grouping(district_id) = 1 or district_id is not null)

    union all

    select
        observed.graduation_year,
        observed.years_since_graduation,
        'state' as organization_level,
        'all' as organization_id,
        subgroups.subgroup_dimension,
        subgroups.subgroup,
        observed.status,
        count(*) as person_count
    from observed
    inner join subgroups on observed.person_id = subgroups.person_id
    group by
        observed.graduation_year, observed.years_since_graduation, subgroups.subgroup_dimension, subgroups.subgroup,
        observed.status
),

final as (
    select
        graduation_year,
        years_since_graduation,
        organization_level,
        organization_id,
        subgroup_dimension,
        subgroup,
        status,
        person_count,
        cast(
            person_count / sum(person_count) over (
                partition by
                    graduation_year, years_since_graduation, organization_level, organization_id, subgroup_dimension,
                    subgroup
            ) as double precision
        ) as share
    from counted
)

select * from final
