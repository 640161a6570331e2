-- One row per person, school and entry date.
with people as ({{ core_people('k12') }}),

enrollments as (select * from {{ ref('stg_k12__enrollments') }}),

-- An enrollment that several school years report is taken from the newest delivery: it knows how it ended.
final as (
    select distinct on (people.person_id, enrollments.school_id, enrollments.entry_date)
        people.person_id,
        enrollments.school_id,
        enrollments.school_year,
        enrollments.entry_date,
        enrollments.entry_type as entry_type_code,
        enrollments.entry_grade_level,
        enrollments.exit_date,
        enrollments.exit_type as exit_type_code,
        coalesce(enrollments.exit_documented = 'Y', false) as is_exit_documented,
        enrollments.full_time_equivalency
    from enrollments
    inner join people on enrollments.student_id_state = people.source_key
    order by
        people.person_id asc, enrollments.school_id asc, enrollments.entry_date asc,
        enrollments.school_year desc, enrollments.delivery_id desc, enrollments.row_number desc
)

select * from final
