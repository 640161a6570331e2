-- One row per student and enrollment spell or degree; one row for a student not found.
with delivered as (
    {{ accepted_rows('nsc/detail') }}
),

final as (
    select
        delivery_id,
        row_number,
        submitter,
        period,
        {{ as_text('requester_unique_id') }} as requester_unique_id,
        {{ as_text('first_name') }} as first_name,
        {{ as_text('middle_initial') }} as middle_initial,
        {{ as_text('last_name') }} as last_name,
        {{ as_text('generation_code') }} as generation_code,
        {{ as_text('student_id_state') }} as student_id_state,
        {{ as_code('record_found', 'nsc_yes_no') }} as record_found,
        {{ as_date('search_date') }} as search_date,
        {{ as_date('high_school_grad_date') }} as high_school_grad_date,
        {{ as_text('institution_id_ope') }} as institution_id_ope,
        {{ as_text('institution_name') }} as institution_name,
        {{ as_text('institution_state') }} as institution_state,
        {{ as_code('institution_level', 'nsc_institution_level') }} as institution_level,
        {{ as_code('institution_control', 'nsc_institution_control') }} as institution_control,
        {{ as_date('enrollment_begin_date') }} as enrollment_begin_date,
        {{ as_date('enrollment_end_date') }} as enrollment_end_date,
        {{ as_code('enrollment_status', 'nsc_enrollment_status') }} as enrollment_status,
        {{ as_text('class_level') }} as class_level,
        {{ as_text('enrollment_major_1') }} as enrollment_major_1,
        {{ as_text('enrollment_cip_1') }} as enrollment_cip_1,
        {{ as_text('enrollment_major_2') }} as enrollment_major_2,
        {{ as_text('enrollment_cip_2') }} as enrollment_cip_2,
        {{ as_code('graduated', 'nsc_yes_no') }} as graduated,
        {{ as_date('graduation_date') }} as graduation_date,
        {{ as_text('degree_title') }} as degree_title,
        {{ as_text('degree_major_1') }} as degree_major_1,
        {{ as_text('degree_cip_1') }} as degree_cip_1,
        {{ as_text('degree_major_2') }} as degree_major_2,
        {{ as_text('degree_cip_2') }} as degree_cip_2,
        {{ as_text('degree_major_3') }} as degree_major_3,
        {{ as_text('degree_cip_3') }} as degree_cip_3,
        {{ as_text('degree_major_4') }} as degree_major_4,
        {{ as_text('degree_cip_4') }} as degree_cip_4,
        {{ as_integer('college_sequence') }} as college_sequence
    from delivered
)

select * from final
