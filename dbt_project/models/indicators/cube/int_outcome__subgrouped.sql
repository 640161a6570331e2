-- One row per counted unit and subgroup it belongs to, the subgroup of all included.
with outcomes as (select * from {{ ref('outcome') }}),

schools as (select * from {{ ref('dim_school') }}),

members as (select * from {{ ref('int_person__subgroup') }}),

located as (
    select
        outcomes.*,
        schools.region_name as region_id
    from outcomes
    left join schools on outcomes.school_id = schools.school_id
),

final as (
    select
        located.*,
        'all' as subgroup_dimension,
        'all' as subgroup
    from located

    union all

    select
        located.*,
        members.subgroup_dimension,
        members.subgroup
    from located
    inner join members on located.person_id = members.person_id
)

select * from final
