-- One row per person, institution, academic year and kind of financial aid.
with people as ({{ core_people('postsecondary') }}),

aid as (select * from {{ ref('stg_postsecondary__aid') }}),

institutions as (select * from {{ ref('dim_institution') }}),

-- A person may have several numbers at one institution; a correction's row stands for the one before.
newest as (
    select distinct on (institution_id_ipeds, student_id_institution, academic_year, aid_type)
        institution_id_ipeds,
        student_id_institution,
        academic_year,
        aid_type,
        aid_amount
    from aid
    order by
        institution_id_ipeds asc, student_id_institution asc, academic_year asc, aid_type asc,
        delivery_id desc, row_number desc
),

final as (
    select
        people.person_id,
        coalesce(institutions.institution_key, newest.institution_id_ipeds) as institution_key,
        newest.academic_year,
        newest.aid_type,
        sum(newest.aid_amount) as aid_amount
    from newest
    inner join people
        on newest.institution_id_ipeds || '|' || newest.student_id_institution = people.source_key
    left join institutions on newest.institution_id_ipeds = institutions.institution_id_ipeds
    group by
        people.person_id, coalesce(institutions.institution_key, newest.institution_id_ipeds),
        newest.academic_year, newest.aid_type
)

select * from final
