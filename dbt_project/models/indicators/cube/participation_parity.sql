-- One row per school year, career cluster and subgroup: its share of the concentrators by its share of the enrolled.
with concentrators as (select * from {{ ref('int_k12__concentrator') }}),

enrollments as (select * from {{ ref('fct_k12_enrollment') }}),

subgroups as (select * from {{ ref('brg_person_subgroup') }}),

enrolled as (
    select distinct
        person_id,
        school_year
    from enrollments
),

counted as (
    select
        enrolled.school_year,
        subgroups.subgroup_dimension,
        subgroups.subgroup,
        concentrators.career_cluster_code,
        count(*) as person_count
    from enrolled
    inner join subgroups on enrolled.person_id = subgroups.person_id
    left join concentrators on enrolled.person_id = concentrators.person_id
    group by
        enrolled.school_year, subgroups.subgroup_dimension, subgroups.subgroup, concentrators.career_cluster_code
),

shared as (
    select
        *,
        sum(person_count) over (partition by school_year, subgroup_dimension, subgroup) as enrolled_count,
        sum(person_count) over (partition by school_year, subgroup_dimension) as all_enrolled_count,
        sum(person_count) over (partition by school_year, subgroup_dimension, career_cluster_code)
            as all_concentrator_count
    from counted
),

final as (
    select
        school_year,
        career_cluster_code,
        subgroup_dimension,
        subgroup,
        person_count as concentrator_count,
        cast(all_concentrator_count as bigint) as all_concentrator_count,
        cast(enrolled_count as bigint) as enrolled_count,
        cast(all_enrolled_count as bigint) as all_enrolled_count,
        cast(
            (person_count / all_concentrator_count) / (enrolled_count / all_enrolled_count) as double precision
        ) as parity_index
    from shared
    where career_cluster_code is not null
)

select * from final
