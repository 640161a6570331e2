-- One row per person and number of a subgroup.
with members as (select * from {{ ref('int_person__subgroup') }}),

subgroups as (select * from {{ ref('int_cube__subgroup') }}),

final as (
    select
        members.person_id,
        subgroups.subgroup_key
    from members
    inner join subgroups
        on members.subgroup_dimension = subgroups.subgroup_dimension and members.subgroup = subgroups.subgroup
)

select * from final
