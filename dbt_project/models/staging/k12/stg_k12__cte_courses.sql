-- One row per student, course, term and school year.
with delivered as (
    {{ accepted_rows('k12/cte_course') }}
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
        {{ as_text('course_code') }} as course_code,
        {{ as_text('course_title') }} as course_title,
        {{ as_text('cip_code') }} as cip_code,
        {{ as_code('course_level', 'cte_course_level') }} as course_level,
        {{ as_code('term', 'k12_term') }} as term,
        {{ as_decimal('credits_attempted') }} as credits_attempted,
        {{ as_decimal('credits_earned') }} as credits_earned,
        {{ as_text('grade_earned') }} as grade_earned
    from delivered
)

select * from final
