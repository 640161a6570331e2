-- One row per employer account, reporting unit and calendar year.
with delivered as (
    {{ accepted_rows('ui/employer') }}
),

final as (
    select
        delivery_id,
        row_number,
        submitter,
        period,
        {{ as_integer('calendar_year') }} as calendar_year,
        {{ as_text('employer_account_id') }} as employer_account_id,
        {{ as_text('reporting_unit_id') }} as reporting_unit_id,
        {{ as_text('employer_id_federal') }} as employer_id_federal,
        {{ as_text('predecessor_account_id') }} as predecessor_account_id,
        {{ as_text('employer_name') }} as employer_name,
        {{ as_text('naics_code') }} as naics_code,
        {{ as_text('county_name') }} as county_name,
        {{ as_code('ownership', 'employer_ownership') }} as ownership
    from delivered
)

select * from final
