-- One row per license or state ID holder.
with delivered as (
    {{ accepted_rows('bridge/driver_license') }}
),

final as (
    select
        delivery_id,
        row_number,
        submitter,
        period,
        {{ as_text('license_id') }} as license_id,
        {{ as_text('ssn') }} as ssn,
        {{ as_text('first_name') }} as first_name,
        {{ as_text('middle_name') }} as middle_name,
        {{ as_text('last_name') }} as last_name,
        {{ as_text('generation_code') }} as generation_code,
        {{ as_text('former_last_name') }} as former_last_name,
        {{ as_date('birthdate') }} as birthdate,
        {{ as_code('sex', 'sex') }} as sex,
        {{ as_text('zip_code') }} as zip_code
    from delivered
)

select * from final
