-- One row per person record and key under which rows outside of the vault name it.
with records as (select * from {{ ref('person_record') }}),

members as (select * from {{ source('identity', 'nsc_request_member') }}),

-- Wages are keyed by social security number and name, licenses by their number: outside of the vault the record's id
-- stands for it.
named as (
    select
        record_id,
        source,
        case when source in ('ui', 'bridge') then cast(record_id as text) else source_key end as source_key
    from records
),

-- What the Clearinghouse returns goes by the key that the request gave a student.
requested as (
    select
        records.record_id,
        records.source,
        members.return_key as source_key
    from members
    inner join records on members.student_id_state = records.source_key and records.source = 'k12'
),

final as (
    select * from named
    union all
    select * from requested
)

select * from final
