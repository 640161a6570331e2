-- One row per description of a person that an accepted delivery gave, cleaned of values that describe nobody.
with deliveries as (select * from {{ source('control', 'delivery') }}),

described as (
    {% for source in ['k12', 'postsecondary', 'wioa', 'ui', 'bridge'] -%}
    select
        '{{ source }}' as source, source_key, delivery_id, row_number, ssn, first_name, middle_name, last_name,
        generation_code, preferred_name, former_last_name, birthdate, sex, zip_code, first_seen, last_seen
    from {{ ref('int_' ~ source ~ '__persons_described') }}
    {{ 'union all' if not loop.last }}
    {% endfor %}
),

-- Newest first by period, then by delivery, then by row: one number orders every description of a person.
delivery_order as (
    select
        delivery_id,
        row_number() over (order by {{ period_order('period') }}, delivery_id) as delivery_rank,
        cast(left(period, 4) as integer) as period_year
    from deliveries
),

judged as (
    select
        described.*,
        delivery_order.delivery_rank * 4294967296 + described.row_number as recency,
        control.clean_ssn(described.ssn) as valid_ssn,
        coalesce(
            described.birthdate = date '1900-01-01'
            or extract(year from described.birthdate) > delivery_order.period_year
            or (
                described.source = 'k12'
                and extract(year from age(make_date(delivery_order.period_year, 6, 30), described.birthdate))
                not between 3 and 22
            ),
            false
        ) as is_birthdate_set_aside
    from described
    inner join delivery_order on described.delivery_id = delivery_order.delivery_id
    where described.source_key is not null
),

final as (
    select
        source,
        source_key,
        recency,
        valid_ssn as ssn,
        {{ name_or_null('first_name') }} as first_name,
        {{ name_or_null('middle_name') }} as middle_name,
        {{ name_or_null('last_name') }} as last_name,
        upper(generation_code) as generation_code,
        {{ name_or_null('preferred_name') }} as preferred_name,
        {{ name_or_null('former_last_name') }} as former_last_name,
        case when not is_birthdate_set_aside then birthdate end as birthdate,
        case when sex in ('M', 'F') then sex end as sex,
        zip_code,
        first_seen,
        last_seen,
        ssn is not null and valid_ssn is null as is_ssn_set_aside,
        is_birthdate_set_aside,
        {{ is_placeholder('first_name') }} or {{ is_placeholder('last_name') }} as is_name_set_aside
    from judged
)

select * from final
