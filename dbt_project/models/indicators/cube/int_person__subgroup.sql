-- One row per person and subgroup: those of one way, and the crosses of two ways that the state has chosen.
with subgroups as (select * from {{ ref('brg_person_subgroup') }}),

parameters as ({{ ind_parameters('CUBE', ['crossed_subgroups']) }}),

crosses as (
    select
        crossed.subgroup_dimension,
        split_part(crossed.subgroup_dimension, ' x ', 1) as first_dimension,
        split_part(crossed.subgroup_dimension, ' x ', 2) as second_dimension
    from parameters
    cross join lateral unnest(string_to_array(parameters.crossed_subgroups, '|')) as crossed (subgroup_dimension)
    where crossed.subgroup_dimension <> ''
),

final as (
    select
        person_id,
        subgroup_dimension,
        subgroup
    from subgroups

    union all

    select
        one.person_id,
        crosses.subgroup_dimension,
        one.subgroup || ' x ' || other.subgroup as subgroup
    from crosses
    inner join subgroups as one on crosses.first_dimension = one.subgroup_dimension
    inner join subgroups as other
        on crosses.second_dimension = other.subgroup_dimension and one.person_id = other.person_id
)

select * from final
