-- One row per student, school and entry date.
with delivered as (
    {{ accepted_rows('k12/enrollment') }}
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
        {{ as_date('entry_date') }} as entry_date,
        {{ as_code('entry_type', 'k12_entry_type') }} as entry_type,
        {{ as_code('entry_grade_level', 'k12_grade_level') }} as entry_grade_level,
        {{ as_date('exit_date') }} as exit_date,
        {{ as_code('exit_type', 'k12_exit_type') }} as exit_type,
        {{ as_code('exit_documented', 'yes_no') }} as exit_documented,
        {{ as_decimal('full_time_equivalency') }} as full_time_equivalency
    from delivered
)

select * from final
