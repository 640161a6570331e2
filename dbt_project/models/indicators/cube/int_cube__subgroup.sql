-- One row per subgroup, with the number under which the cube counts it; 0 is everybody.
with members as (select * from {{ ref('int_person__subgroup') }}),

named as (
    select distinct
        subgroup_dimension,
        subgroup
    from members
),

final as (
    select
        0 as subgroup_key,
        'all' as subgroup_dimension,
        'all' as subgroup

    union all

    select
        cast(row_number() over (order by subgroup_dimension, subgroup) as integer) as subgroup_key,
        subgroup_dimension,
        subgroup
    from named
)

select * from final
