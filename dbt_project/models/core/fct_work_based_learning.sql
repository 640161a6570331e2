-- One row per person, type of experience and begin date.
with people as ({{ core_people('k12') }}),

experiences as (select * from {{ ref('stg_k12__work_based_learning') }}),

final as (
    select distinct on (people.person_id, experiences.experience_type, experiences.begin_date)
        people.person_id,
        experiences.school_id,
        experiences.school_year,
        experiences.experience_type,
        experiences.begin_date,
        experiences.end_date,
        experiences.hours,
        coalesce(experiences.is_paid = 'Y', false) as is_paid,
        coalesce(experiences.is_completed = 'Y', false) as is_completed
    from experiences
    inner join people on experiences.student_id_state = people.source_key
    where experiences.experience_type is not null
    order by
        people.person_id asc, experiences.experience_type asc, experiences.begin_date asc,
        experiences.delivery_id desc, experiences.row_number desc
)

select * from final
