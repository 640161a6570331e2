-- One row per person record of a source that the live linkage run has given to a person.
with records as (select * from {{ ref('record_key') }}),

crosswalk as (select * from {{ source('identity', 'person_crosswalk') }}),

final as (
    select
        crosswalk.person_id,
        records.source,
        records.source_key
    from records
    inner join crosswalk on records.record_id = crosswalk.record_id
)

select * from final
