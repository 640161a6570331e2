-- One row per student, credential and award date.
with delivered as (
    {{ accepted_rows('k12/credential') }}
),

final as (
    select
        delivery_id,
        row_number,
        submitter,
        period,
        {{ as_integer('school_year') }} as school_year,
        {{ as_text('student_id_state') }} as student_id_state,
        {{ as_text('school_id') }} as school_id,
        {{ as_text('credential_code') }} as credential_code,
        {{ as_text('credential_name') }} as credential_name,
        {{ as_code('credential_type', 'credential_type') }} as credential_type,
        {{ as_date('award_date') }} as award_date
    from delivered
)

select * from final
