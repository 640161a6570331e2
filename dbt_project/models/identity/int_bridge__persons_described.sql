-- One row per license or ID holder and year's delivery. Holding a license is no activity: no span is given.
with licenses as (select * from {{ ref('stg_bridge__driver_licenses') }}),

final as (
    select
        license_id as source_key,
        delivery_id,
        row_number,
        ssn,
        first_name,
        middle_name,
        last_name,
        generation_code,
        cast(null as text) as preferred_name,
        former_last_name,
        birthdate,
        sex,
        zip_code,
        cast(null as date) as first_seen,
        cast(null as date) as last_seen
    from licenses
)

select * from final
