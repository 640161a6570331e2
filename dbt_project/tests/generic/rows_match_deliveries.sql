{#- What:    a delivery's rows in a staging model are not as many as the quality gate accepted.
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

accepted as (
    select
        delivery_id,
        accepted_count
    from {{ source('control', 'delivery') }}
    where layout = '{{ layout }}' and status = 'accepted'
)

select
    coalesce(accepted.delivery_id, modelled.delivery_id) as delivery_id,
    accepted.accepted_count,
    modelled.row_count
from accepted
full join modelled on accepted.delivery_id = modelled.delivery_id
where coalesce(accepted.accepted_count, 0) <> coalesce(modelled.row_count, 0)
{% endtest %}
