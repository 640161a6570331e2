-- One row per student, institution, academic year and kind of aid.
with delivered as (
    {{ accepted_rows('postsecondary/aid') }}
),

final as (
    select
        delivery_id,
        row_number,
        submitter,
        period,
        {{ as_integer('academic_year') }} as academic_year,
        {{ as_text('institution_id_ipeds') }} as institution_id_ipeds,
        {{ as_text('student_id_institution') }} as student_id_institution,
        {{ as_code('aid_type', 'ps_aid_type') }} as aid_type,
        {{ as_decimal('aid_amount') }} as aid_amount
    from delivered
)

select * from final
