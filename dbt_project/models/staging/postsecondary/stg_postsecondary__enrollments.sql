-- One row per student, institution and term.
with delivered as (
    {{ accepted_rows('postsecondary/enrollment') }}
),

final as (
    select
        delivery_id,
        row_number,
        submitter,
        period,
        {{ as_integer('academic_year') }} as academic_year,
        {{ as_code('term', 'ps_term') }} as term,
        {{ as_date('term_begin_date') }} as term_begin_date,
        {{ as_date('term_end_date') }} as term_end_date,
        {{ as_text('institution_id_ipeds') }} as institution_id_ipeds,
        {{ as_text('student_id_institution') }} as student_id_institution,
        {{ as_text('ssn') }} as ssn,
        {{ as_text('first_name') }} as first_name,
        {{ as_text('middle_name') }} as middle_name,
        {{ as_text('last_name') }} as last_name,
        {{ as_text('generation_code') }} as generation_code,
        {{ as_text('former_last_name') }} as former_last_name,
        {{ as_date('birthdate') }} as birthdate,
        {{ as_code('sex', 'sex') }} as sex,
        {{ as_codes('yes_no', ['hispanic_or_latino_ethnicity', 'american_indian_or_alaska_native', 'asian',
            'black_or_african_american', 'native_hawaiian_or_other_pacific_islander', 'white']) }},
        {{ as_text('zip_code') }} as zip_code,
        {{ as_code('student_level', 'ps_student_level') }} as student_level,
        {{ as_code('entry_status', 'ps_entry_status') }} as entry_status,
        {{ as_code('enrollment_intensity', 'ps_enrollment_intensity') }} as enrollment_intensity,
        {{ as_code('is_degree_seeking', 'yes_no') }} as is_degree_seeking,
        {{ as_text('cip_code') }} as cip_code,
        {{ as_decimal('credits_attempted') }} as credits_attempted,
        {{ as_decimal('credits_earned') }} as credits_earned,
        {{ as_code('is_pell_recipient', 'yes_no') }} as is_pell_recipient
    from delivered
)

select * from final
