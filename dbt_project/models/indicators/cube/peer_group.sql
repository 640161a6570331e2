-- One row per school, district and institution: whom it is compared with.
with enrollments as (select * from {{ ref('fct_k12_enrollment') }}),

schools as (select * from {{ ref('dim_school') }}),

institutions as (select * from {{ ref('dim_institution') }}),

subgroups as (
    select * from {{ ref('brg_person_subgroup') }}
    where subgroup_dimension = 'economic_disadvantage'
),

availability as (select * from {{ ref('availability') }}),

parameters as ({{ ind_parameters('PEERS', ['attributes', 'group_count']) }}),

enrolled as (
    select distinct
        enrollments.person_id,
        schools.school_id,
        schools.district_id,
        schools.school_type,
        coalesce(subgroups.subgroup = 'yes', false) as is_disadvantaged
    from enrollments
    inner join availability on enrollments.school_year = availability.last_k12_school_year
    inner join schools on enrollments.school_id = schools.school_id
    left join subgroups on enrollments.person_id = subgroups.person_id
),

described as (
    select
        case when grouping(school_id) = 0 then 'school' else 'district' end as organization_level,
        coalesce(school_id, district_id) as organization_id,
        case when grouping(school_id) = 0 then max(school_type) end as organization_type,
        count(distinct person_id) as person_count,
        avg(cast(is_disadvantaged as integer)) as disadvantaged_share
    from enrolled
    group by grouping sets ((school_id), (district_id))
),

-- Groups of equal width by rank: equal organisations are never parted.
ranked as (
    select
        described.*,
        cast(parameters.group_count as integer) as group_count,
        string_to_array(parameters.attributes, '|') as attributes,
        percent_rank() over (partition by described.organization_level order by described.person_count) as size_rank,
        percent_rank() over (partition by described.organization_level order by described.disadvantaged_share)
            as disadvantaged_rank
    from described
    cross join parameters
    where described.organization_id is not null
),

final as (
    select
        organization_level,
        organization_id,
        person_count,
        cast(disadvantaged_share as double precision) as disadvantaged_share,
        concat_ws(
            ', ',
            case when 'type' = any(attributes) then 'type ' || coalesce(organization_type, 'not told') end,
            case
                when 'size' = any(attributes)
                    then format('size %s of %s', least(floor(size_rank * group_count) + 1, group_count), group_count)
            end,
            case
                when 'economic_disadvantage' = any(attributes)
                    then
                        format(
                            'economic disadvantage %s of %s',
                            least(floor(disadvantaged_rank * group_count) + 1, group_count),
                            group_count
                        )
            end
        ) as peer_group
    from ranked

    union all

    select
        'institution' as organization_level,
        institution_key as organization_id,
        cast(null as bigint) as person_count,
        cast(null as double precision) as disadvantaged_share,
        concat_ws(', ', 'level ' || institution_level, institution_control) as peer_group
    from institutions
    where is_in_state
)

select * from final
