-- One row per student, status and begin date.
with delivered as (
    {{ accepted_rows('k12/status') }}
),

final as (
    select
        delivery_id,
        row_number,
        submitter,
        period,
        {{ as_integer('school_year') }} as school_year,
        {{ as_text('student_id_state') }} as student_id_state,
        {{ as_code('status_type', 'k12_status_type') }} as status_type,
        {{ as_date('begin_date') }} as begin_date,
        {{ as_date('end_date') }} as end_date
    from delivered
)

select * from final
