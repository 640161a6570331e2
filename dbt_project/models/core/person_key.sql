-- One row per person record of a source that the live linkage run has given to a person.
with records as (select * from {{ ref('source_record') }}),

crosswalk as (select * from {{ source('identity', 'person_crosswalk') }}),

members as (select * from {{ source('identity', 'nsc_request_member') }}),

known as (
    select
        crosswalk.person_id,
        records.source,
        records.source_key
    from records
    inner join crosswalk on records.record_id = crosswalk.record_id
),

-- What the Clearinghouse returns goes by the key that the request gave a student.
requested as (
    select
        known.person_id,
        known.source,
        members.return_key as source_key
    from members
    inner join known on members.student_id_state = known.source_key and known.source = 'k12'
),

final as (
    select * from known
    union all
    select * from requested
)

select * from final
