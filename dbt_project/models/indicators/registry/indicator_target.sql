-- One row per indicator and cohort with a target of the state; the cohort all holds for those without their own.
with choices as (select * from {{ source('control', 'state_parameter') }}),

final as (
    select
        indicator_code,
        coalesce(nullif(substring(parameter from '^target_(.+)$'), ''), 'all') as cohort_period,
        cast(value as double precision) as target_value
    from choices
    where parameter = 'target' or parameter like 'target\_%'
)

select * from final
