-- One row per student, institution and term, without names, social security number and birth date.
with delivered as (select * from {{ ref('stg_postsecondary__enrollments') }}),

final as (
    select
        delivery_id, row_number, period, academic_year, term, term_begin_date, term_end_date, institution_id_ipeds,
        student_id_institution, cast(extract(year from birthdate) as integer) as birth_year, sex,
        hispanic_or_latino_ethnicity, american_indian_or_alaska_native, asian, black_or_african_american,
        native_hawaiian_or_other_pacific_islander, white, student_level, entry_status, enrollment_intensity,
        is_degree_seeking, cip_code, credits_attempted, credits_earned, is_pell_recipient
    from delivered
)

select * from final
