{#- What:    a delivery's rows in a staging model are not those the gate accepted and no amendment replaced.
    Matters: a row was lost or doubled on the way, and no later count can be reconciled with the agency's file.
    Resolve: compare the delivery's rejected rows with the model; rebuild it if the delivery was decided after the last build. -#}
{% test rows_match_deliveries(model, layout) %}
with modelled as (
    select
        delivery_id,
        count(*) as row_count
    from {{ model }}
    group by delivery_id
),

in_force as (
    select
        delivery_id,
        accepted_count
    from {{ source('control', 'delivery') }}
    where layout = '{{ layout }}' and status = 'accepted'
),

-- A good row that an amendment in force replaces stays accepted, but is no row of the model.
replaced as (
    select
        old.delivery_id,
        count(distinct old.row_number) as row_count
    from {{ source('quality', 'replaced_row') }} as old
    inner join in_force as amendment on old.amended_by = amendment.delivery_id
    left join {{ source('quality', 'rejected_row') }} as rejected
        on old.delivery_id = rejected.delivery_id and old.row_number = rejected.row_number
    where rejected.delivery_id is null
    group by old.delivery_id
),

accepted as (
    select
        in_force.delivery_id,
        in_force.accepted_count - coalesce(replaced.row_count, 0) as accepted_count
    from in_force
    left join replaced on in_force.delivery_id = replaced.delivery_id
)

select
    coalesce(accepted.delivery_id, modelled.delivery_id) as delivery_id,
    accepted.accepted_count,
    modelled.row_count
from accepted
full join modelled on accepted.delivery_id = modelled.delivery_id
where coalesce(accepted.accepted_count, 0) <> coalesce(modelled.row_count, 0)
{% endtest %}
