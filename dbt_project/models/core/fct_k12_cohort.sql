-- One row per person ever enrolled in a high school of the state: the school year of the first grade 9 anywhere.
with people as ({{ core_people('k12') }}),

students as (select * from {{ ref('stg_k12__students_keyed') }}),

enrollments as (select * from {{ ref('fct_k12_enrollment') }}),

-- Fixed once: the first reported cohort year holds, whatever later files say of retained or promoted students.
reported as (
    select distinct on (people.person_id)
        people.person_id,
        students.cohort_year
    from students
    inner join people on students.student_id_state = people.source_key
    where students.cohort_year is not null
    order by people.person_id asc, students.school_year asc, students.delivery_id asc, students.row_number asc
),

attended as (
    select
        person_id,
        min(school_year) as first_school_year,
        min(school_year) filter (where entry_grade_level = '09') as first_grade_9_year
    from enrollments
    group by person_id
),

final as (
    select
        attended.person_id,
        coalesce(reported.cohort_year, attended.first_grade_9_year) as cohort_year,
        attended.first_school_year,
        reported.cohort_year is not null as is_reported
    from attended
    left join reported on attended.person_id = reported.person_id
)

select * from final
