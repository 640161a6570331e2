-- One row per student and enrollment spell or degree, one for a student not found; without names.
with delivered as (select * from {{ ref('stg_nsc__details') }}),

final as (
    select
        delivery_id, row_number, period, student_id_state, record_found, institution_id_ope, institution_name,
        institution_state, institution_level, institution_control, enrollment_begin_date, enrollment_end_date,
        enrollment_status, class_level, enrollment_cip_1, enrollment_cip_2, graduated, graduation_date, degree_title,
        degree_cip_1, degree_cip_2
    from delivered
)

select * from final
