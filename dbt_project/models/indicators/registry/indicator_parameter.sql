-- One row per parameter of an indicator, with the value in force: the state's choice, else the default.
with defaults as (select * from {{ ref('indicator_parameter_default') }}),

choices as (select * from {{ source('control', 'state_parameter') }}),

final as (
    select
        defaults.indicator_code,
        defaults.parameter,
        coalesce(choices.value, defaults.value) as value,
        defaults.meaning,
        choices.value is not null as is_state_choice
    from defaults
    left join choices
        on
            defaults.indicator_code = choices.indicator_code
            and defaults.parameter = choices.parameter
)

select * from final
