-- One row per student and school year.
with delivered as (
    {{ accepted_rows('k12/student') }}
),

final as (
    select
        delivery_id,
        row_number,
        submitter,
        period,
        {{ as_integer('school_year') }} as school_year,
        {{ as_text('student_id_state') }} as student_id_state,
        {{ as_text('student_id_local') }} as student_id_local,
        {{ as_text('first_name') }} as first_name,
        {{ as_text('middle_name') }} as middle_name,
        {{ as_text('last_name') }} as last_name,
        {{ as_text('generation_code') }} as generation_code,
        {{ as_text('preferred_name') }} as preferred_name,
        {{ as_date('birthdate') }} as birthdate,
        {{ as_code('sex', 'sex') }} as sex,
        {{ as_codes('yes_no', ['hispanic_or_latino_ethnicity', 'american_indian_or_alaska_native', 'asian',
            'black_or_african_american', 'native_hawaiian_or_other_pacific_islander', 'white']) }},
        {{ as_text('ssn') }} as ssn,
        {{ as_text('zip_code') }} as zip_code,
        {{ as_integer('cohort_year') }} as cohort_year
    from delivered
)

select * from final
