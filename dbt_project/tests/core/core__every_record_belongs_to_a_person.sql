-- What:    a person record that linkage has not given to any person, although a linkage run is live.
-- Matters: everything the record's source says of the person is missing from core, and from every indicator.
-- Resolve: run linkage again; records that came after the live run are linked by the next one.
{{ config(meta={'dagster': {'ref': {'name': 'person_record'}}}) }}
select records.record_id
from {{ ref('person_record') }} as records
where
    exists (select 1 from {{ source('identity', 'person_crosswalk') }})
    and not exists (
        select 1 from {{ source('identity', 'person_crosswalk') }} as crosswalk
        where crosswalk.record_id = records.record_id
    )
