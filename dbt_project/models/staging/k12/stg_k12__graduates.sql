-- One row per student and diploma in the file for the Clearinghouse.
with delivered as (
    {{ accepted_rows('k12/graduate') }}
),

final as (
    select
        delivery_id,
        row_number,
        submitter,
        period,
        {{ as_text('ssn') }} as ssn,
        {{ as_text('first_name') }} as first_name,
        {{ as_text('middle_name') }} as middle_name,
        {{ as_text('last_name') }} as last_name,
        {{ as_text('generation_code') }} as generation_code,
        {{ as_text('former_last_name') }} as former_last_name,
        {{ as_text('former_first_name') }} as former_first_name,
        {{ as_date('birthdate') }} as birthdate,
        {{ as_text('student_id_state') }} as student_id_state,
        {{ as_code('diploma_type', 'k12_diploma_type') }} as diploma_type,
        {{ as_date('diploma_date') }} as diploma_date,
        {{ as_code('ferpa_block', 'yes_no') }} as ferpa_block,
        {{ as_text('school_name') }} as school_name,
        {{ as_text('act_code') }} as act_code,
        {{ as_code('sex', 'sex') }} as sex
    from delivered
)

select * from final
