-- One row per person, institution, term and course.
with people as ({{ core_people('postsecondary') }}),

courses as (select * from {{ ref('stg_postsecondary__courses') }}),

terms as (select * from {{ ref('stg_postsecondary__enrollments_keyed') }}),

institutions as (select * from {{ ref('dim_institution') }}),

-- The days of a term, and whether a high-school student took it, stand in the enrollment of the same term.
dated as (
    select distinct on (institution_id_ipeds, student_id_institution, academic_year, term)
        institution_id_ipeds,
        student_id_institution,
        academic_year,
        term,
        term_begin_date,
        coalesce(student_level = 'high_school' or entry_status = 'dual', false) as is_dual
    from terms
    order by
        institution_id_ipeds asc, student_id_institution asc, academic_year asc, term asc,
        delivery_id desc, row_number desc
),

final as (
    select distinct on (
        people.person_id, courses.institution_id_ipeds, dated.term_begin_date,
        courses.course_subject, courses.course_number
    )
        people.person_id,
        coalesce(institutions.institution_key, courses.institution_id_ipeds) as institution_key,
        dated.term_begin_date as begin_date,
        courses.academic_year,
        courses.course_subject,
        courses.course_number,
        courses.cip_code,
        dated.is_dual,
        coalesce(courses.is_developmental = 'Y', false) as is_developmental,
        courses.credits_attempted,
        courses.credits_earned
    from courses
    inner join people
        on courses.institution_id_ipeds || '|' || courses.student_id_institution = people.source_key
    inner join dated
        on
            courses.institution_id_ipeds = dated.institution_id_ipeds
            and courses.student_id_institution = dated.student_id_institution
            and courses.academic_year = dated.academic_year
            and courses.term = dated.term
    left join institutions on courses.institution_id_ipeds = institutions.institution_id_ipeds
    order by
        people.person_id asc, courses.institution_id_ipeds asc, dated.term_begin_date asc,
        courses.course_subject asc, courses.course_number asc, courses.delivery_id desc, courses.row_number desc
)

select * from final
