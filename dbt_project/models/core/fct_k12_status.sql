-- One row per person, program or status, and begin date.
with people as ({{ core_people('k12') }}),

statuses as (select * from {{ ref('stg_k12__statuses') }}),

final as (
    select distinct on (people.person_id, statuses.status_type, statuses.begin_date)
        people.person_id,
        statuses.status_type,
        statuses.school_year,
        statuses.begin_date,
        statuses.end_date
    from statuses
    inner join people on statuses.student_id_state = people.source_key
    order by
        people.person_id asc, statuses.status_type asc, statuses.begin_date asc,
        statuses.school_year desc, statuses.delivery_id desc, statuses.row_number desc
)

select * from final
