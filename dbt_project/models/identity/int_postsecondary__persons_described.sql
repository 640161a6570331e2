-- One row per description of a student in a term's delivery, with the span of the term.
with enrollments as (select * from {{ ref('stg_postsecondary__enrollments') }}),

final as (
    select
        institution_id_ipeds || '|' || student_id_institution as source_key,
        delivery_id,
        row_number,
        ssn,
        first_name,
        middle_name,
        last_name,
        generation_code,
        cast(null as text) as preferred_name,
        former_last_name,
        birthdate,
        sex,
        zip_code,
        term_begin_date as first_seen,
        term_end_date as last_seen
    from enrollments
)

select * from final
