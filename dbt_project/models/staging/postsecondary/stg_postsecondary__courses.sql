-- One row per student, institution, term and course.
with delivered as (
    {{ accepted_rows('postsecondary/course') }}
),

final as (
    select
        delivery_id,
        row_number,
        submitter,
        period,
        {{ as_integer('academic_year') }} as academic_year,
        {{ as_code('term', 'ps_term') }} as term,
        {{ as_text('institution_id_ipeds') }} as institution_id_ipeds,
        {{ as_text('student_id_institution') }} as student_id_institution,
        {{ as_text('course_subject') }} as course_subject,
        {{ as_text('course_number') }} as course_number,
        {{ as_text('cip_code') }} as cip_code,
        {{ as_code('is_developmental', 'yes_no') }} as is_developmental,
        {{ as_decimal('credits_attempted') }} as credits_attempted,
        {{ as_decimal('credits_earned') }} as credits_earned,
        {{ as_text('grade_earned') }} as grade_earned
    from delivered
)

select * from final
