-- One row per counted unit and subgroup it belongs to, the subgroup of all included.
with outcomes as (select * from {{ ref('outcome') }}),

subgroups as (select * from {{ ref('brg_person_subgroup') }}),

final as (
    select
        outcomes.*,
        'all' as subgroup_dimension,
        'all' as subgroup
    from outcomes

    union all

    select
        outcomes.*,
        subgroups.subgroup_dimension,
        subgroups.subgroup
    from outcomes
    inner join subgroups on outcomes.person_id = subgroups.person_id
)

select * from final
