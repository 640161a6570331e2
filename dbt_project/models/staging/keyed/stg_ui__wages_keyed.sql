-- One row per person, employer account, reporting unit and quarter, without names and numbers.
{{ config(
    materialized='incremental',
    incremental_strategy='append',
    pre_hook="{{ delivery_forget(delivery_noted(ref('stg_ui__wages'))) }}",
    post_hook="{{ delivery_note(delivery_noted(ref('stg_ui__wages'))) }}"
) }}

with delivered as (
    select * from {{ changed_deliveries(ref('stg_ui__wages')) }} as wages
),

-- A record keeps its id for as long as a delivery in force names it.
records as (select * from {{ ref('source_record') }}),

final as (
    select
        delivered.delivery_id, delivered.row_number, delivered.period, cast(records.record_id as text) as source_key,
        delivered.employer_account_id, delivered.reporting_unit_id, delivered.quarter_index,
        delivered.total_gross_wages, delivered.hours_worked, delivered.weeks_worked
    from delivered
    inner join records on delivered.source_key = records.source_key and records.source = 'ui'
)

select * from final
