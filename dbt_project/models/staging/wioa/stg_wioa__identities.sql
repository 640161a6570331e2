-- One row per participant.
with delivered as (
    {{ accepted_rows('wioa/identity') }}
),

final as (
    select
        delivery_id,
        row_number,
        submitter,
        period,
        {{ as_text('unique_individual_identifier') }} as unique_individual_identifier,
        {{ as_text('ssn') }} as ssn,
        {{ as_text('first_name') }} as first_name,
        {{ as_text('middle_name') }} as middle_name,
        {{ as_text('last_name') }} as last_name,
        {{ as_text('generation_code') }} as generation_code,
        {{ as_date('birthdate') }} as birthdate,
        {{ as_code('sex', 'pirl_sex') }} as sex,
        {{ as_text('zip_code') }} as zip_code
    from delivered
)

select * from final
