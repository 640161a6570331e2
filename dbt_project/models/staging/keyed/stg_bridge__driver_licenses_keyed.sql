-- One row per license or state ID holder, without names, social security number and birth date.
with delivered as (select * from {{ ref('stg_bridge__driver_licenses') }}),

records as (select * from {{ ref('person_record') }}),

final as (
    select
        delivered.delivery_id, delivered.row_number, delivered.period, cast(records.record_id as text) as source_key,
        cast(extract(year from delivered.birthdate) as integer) as birth_year, delivered.sex
    from delivered
    inner join records on delivered.license_id = records.source_key and records.source = 'bridge'
)

select * from final
