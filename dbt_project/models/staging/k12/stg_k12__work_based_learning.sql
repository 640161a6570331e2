-- One row per student, experience type and begin date.
with delivered as (
    {{ accepted_rows('k12/work_based_learning') }}
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
        {{ as_code('experience_type', 'work_based_learning_type') }} as experience_type,
        {{ as_date('begin_date') }} as begin_date,
        {{ as_date('end_date') }} as end_date,
        {{ as_decimal('hours') }} as hours,
        {{ as_code('is_paid', 'yes_no') }} as is_paid,
        {{ as_code('is_completed', 'yes_no') }} as is_completed
    from delivered
)

select * from final
