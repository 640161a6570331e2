-- One row per person as employers reported one: SSN and name, with the span of the quarters with wages.
with wages as (select * from {{ ref('stg_ui__wages') }}),

-- Wages are by far the largest source: they are read and grouped once, on the key alone.
grouped as (
    select
        source_key,
        max(delivery_id) as delivery_id,
        max(ssn) as ssn,
        min(quarter_index) as first_quarter,
        max(quarter_index) as last_quarter
    from wages
    group by source_key
),

final as (
    select
        source_key,
        delivery_id,
        0 as row_number,
        ssn,
        nullif(split_part(source_key, '|', 3), '') as first_name,
        nullif(split_part(source_key, '|', 4), '') as middle_name,
        nullif(split_part(source_key, '|', 2), '') as last_name,
        cast(null as text) as generation_code,
        cast(null as text) as preferred_name,
        cast(null as text) as former_last_name,
        cast(null as date) as birthdate,
        cast(null as text) as sex,
        cast(null as text) as zip_code,
        make_date(first_quarter / 4, first_quarter % 4 * 3 + 1, 1) as first_seen,
        cast(make_date(last_quarter / 4, last_quarter % 4 * 3 + 1, 1) + interval '3 months' as date) - 1 as last_seen
    from grouped
)

select * from final
