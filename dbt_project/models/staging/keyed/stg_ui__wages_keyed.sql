-- One row per person, employer account, reporting unit and quarter, without names and numbers.
with delivered as (select * from {{ ref('stg_ui__wages') }}),

records as (select * from {{ ref('person_record') }}),

final as (
    select
        delivered.delivery_id, delivered.row_number, delivered.period, cast(records.record_id as text) as source_key,
        delivered.employer_account_id, delivered.reporting_unit_id, delivered.quarter_index,
        delivered.total_gross_wages, delivered.hours_worked, delivered.weeks_worked
    from delivered
    inner join records on delivered.source_key = records.source_key and records.source = 'ui'
)

select * from final
