-- One row per distinct description of a person in the accepted deliveries, cleaned of values that describe nobody.
with deliveries as (select * from {{ source('control', 'delivery') }}),

described as (
    select 'k12' as source, * from {{ ref('int_k12__persons_described') }}
    union all
    select 'postsecondary' as source, * from {{ ref('int_postsecondary__persons_described') }}
    union all
    select 'wioa' as source, * from {{ ref('int_wioa__persons_described') }}
    union all
    select 'ui' as source, * from {{ ref('int_ui__persons_described') }}
    union all
    select 'bridge' as source, * from {{ ref('int_bridge__persons_described') }}
),

-- Newest first by period, then by delivery, then by row: one number orders every description of a person.
delivery_order as (
    select
        delivery_id,
        row_number() over (order by {{ period_order('period') }}, delivery_id) as delivery_rank,
        cast(left(period, 4) as integer) as period_year
    from deliveries
),

cleaned as (
    select
        described.source,
        described.source_key,
        delivery_order.delivery_rank * 4294967296 + described.row_number as recency,
        control.clean_ssn(described.ssn) as ssn,
        {{ name_or_null('described.first_name') }} as first_name,
        {{ name_or_null('described.middle_name') }} as middle_name,
        {{ name_or_null('described.last_name') }} as last_name,
        upper(described.generation_code) as generation_code,
        {{ name_or_null('described.preferred_name') }} as preferred_name,
        {{ name_or_null('described.former_last_name') }} as former_last_name,
        {{ birthdate_or_null('described.birthdate', 'delivery_order.period_year', 'described.source') }} as birthdate,
        case when described.sex in ('M', 'F') then described.sex end as sex,
        described.zip_code,
        described.first_seen,
        described.last_seen,
        described.ssn is not null as has_ssn,
        described.birthdate is not null as has_birthdate,
        described.first_name is not null as has_first_name,
        described.last_name is not null as has_last_name
    from described
    inner join delivery_order on described.delivery_id = delivery_order.delivery_id
    where described.source_key is not null
),

-- Most years repeat what the year before said.
final as (
    select
        source,
        source_key,
        max(recency) as recency,
        ssn,
        first_name,
        middle_name,
        last_name,
        generation_code,
        preferred_name,
        former_last_name,
        birthdate,
        sex,
        zip_code,
        min(first_seen) as first_seen,
        max(last_seen) as last_seen,
        bool_or(has_ssn) and ssn is null as is_ssn_set_aside,
        bool_or(has_birthdate) and birthdate is null as is_birthdate_set_aside,
        (bool_or(has_first_name) and first_name is null) or (bool_or(has_last_name) and last_name is null)
            as is_name_set_aside
    from cleaned
    group by
        source, source_key, ssn, first_name, middle_name, last_name, generation_code, preferred_name, former_last_name,
        birthdate, sex, zip_code
)

select * from final
