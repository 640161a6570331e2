-- One row per student and diploma.
with delivered as (
    {{ accepted_rows('k12/diploma') }}
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
        {{ as_code('diploma_type', 'k12_diploma_type') }} as diploma_type,
        {{ as_date('diploma_date') }} as diploma_date
    from delivered
)

select * from final
