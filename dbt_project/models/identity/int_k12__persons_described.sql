-- One row per description of a student in a delivery, and one per student with the span of the enrollments.
with students as (select * from {{ ref('stg_k12__students') }}),

enrollments as (select * from {{ ref('stg_k12__enrollments') }}),

described as (
    select
        student_id_state as source_key,
        delivery_id,
        row_number,
        ssn,
        first_name,
        middle_name,
        last_name,
        generation_code,
        preferred_name,
        cast(null as text) as former_last_name,
        birthdate,
        sex,
        zip_code,
        cast(null as date) as first_seen,
        cast(null as date) as last_seen
    from students
),

enrolled as (
    select
        student_id_state as source_key,
        max(delivery_id) as delivery_id,
        0 as row_number,
        null as ssn, null as first_name, null as middle_name, null as last_name, null as generation_code,
        null as preferred_name, null as former_last_name, cast(null as date) as birthdate, null as sex,
        null as zip_code,
        min(entry_date) as first_seen,
        max(coalesce(exit_date, entry_date)) as last_seen
    from enrollments
    group by student_id_state
),

final as (
    select * from described
    union all
    select * from enrolled
)

select * from final
