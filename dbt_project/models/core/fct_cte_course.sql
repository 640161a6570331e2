-- One row per person, school year, course and term.
with people as ({{ core_people('k12') }}),

courses as (select * from {{ ref('stg_k12__cte_courses') }}),

final as (
    select distinct on (people.person_id, courses.school_year, courses.course_code, courses.term)
        people.person_id,
        courses.school_id,
        courses.school_year,
        courses.term,
        courses.course_code,
        courses.course_title,
        courses.cip_code,
        courses.course_level,
        courses.credits_attempted,
        courses.credits_earned,
        courses.grade_earned,
        -- Credit earned is passing; a file without credits is judged by the letter.
        coalesce(
            courses.credits_earned > 0,
            upper(left(courses.grade_earned, 1)) in ('A', 'B', 'C', 'D', 'P', 'S'),
            false
        ) as is_passed
    from courses
    inner join people on courses.student_id_state = people.source_key
    order by
        people.person_id asc, courses.school_year asc, courses.course_code asc, courses.term asc,
        courses.delivery_id desc, courses.row_number desc
)

select * from final
