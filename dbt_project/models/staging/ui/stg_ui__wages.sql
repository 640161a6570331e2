-- One row per person, employer account, reporting unit and quarter.
{{ config(
    materialized='incremental', incremental_strategy='append',
    pre_hook="{{ delivery_forget(delivery_inputs('ui/wage')) }}",
    post_hook="{{ delivery_note(delivery_inputs('ui/wage')) }}"
) }}

with delivered as (
    {{ accepted_rows('ui/wage') }}
),

-- MMYYYY, the last month of a quarter. A few dozen values stand in millions of rows: each is read once.
quarters as (
    select
        reporting_period,
        control.to_date(right(reporting_period, 4) || left(reporting_period, 2) || '01', 'YYYYMMDD') as quarter_month
    from (select distinct reporting_period from {{ changed_deliveries(source('raw', 'ui__wage')) }} as rows) as periods
),

final as (
    select
        delivery_id,
        row_number,
        submitter,
        period,
        {{ as_text('ssn') }} as ssn,
        {{ as_text('last_name') }} as last_name,
        {{ as_text('first_name') }} as first_name,
        {{ as_text('middle_initial') }} as middle_initial,
        {{ as_text('state_code') }} as state_code,
        {{ as_decimal('total_gross_wages') }} as total_gross_wages,
        {{ as_decimal('total_ui_wages') }} as total_ui_wages,
        {{ as_integer('weeks_worked') }} as weeks_worked,
        {{ as_integer('hours_worked') }} as hours_worked,
        {{ as_text('taxing_entity') }} as taxing_entity,
        {{ as_text('employer_account_id') }} as employer_account_id,
        {{ as_text('reporting_unit_id') }} as reporting_unit_id,
        {{ as_text('delivered.reporting_period') }} as reporting_period,
        {{ as_texts(['first_employed', 'separation', 'employer_id_federal', 'employer_id_state']) }},
        {{ as_integer('reporting_year') }} as reporting_year,
        {{ as_integer('reporting_quarter') }} as reporting_quarter,
        cast(extract(year from quarters.quarter_month) as integer) as wage_year,
        cast(extract(quarter from quarters.quarter_month) as integer) as wage_quarter,
        control.quarter_index(quarters.quarter_month) as quarter_index,
        {{ wage_source_key('ssn', 'last_name', 'first_name', 'middle_initial') }} as source_key
    from delivered
    left join quarters on delivered.reporting_period = quarters.reporting_period
)

select * from final
