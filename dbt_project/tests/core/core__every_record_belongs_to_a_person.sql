-- What:    a person record that linkage has not given to any person, although a linkage run is live.
-- Matters: everything the record's source says of the person is missing from core, and from every indicator.
-- Resolve: run linkage again; records that came after the live run are linked by the next one.
{{ config(meta={'dagster': {'ref': {'name': 'person_key'}}}) }}
select records.record_id
from {{ ref('record_key') }} as records
left join {{ ref('person_key') }} as people
    on records.source = people.source and records.source_key = people.source_key
where
    people.person_id is null
    and exists (select 1 from {{ source('identity', 'person_crosswalk') }})
