-- One row per person as employers reported one: SSN and name, with the span of the quarters with wages.
{{ config(
    materialized='incremental',
    incremental_strategy='delete+insert',
    unique_key='source_key',
    pre_hook="{{ delivery_forget(delivery_noted(ref('stg_ui__wages')), gathers=true) }}",
    post_hook="{{ delivery_note(delivery_noted(ref('stg_ui__wages'))) }}"
) }}

with wages as (
    select * from {{ changed_deliveries(ref('stg_ui__wages')) }} as delivered
),

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

described as (
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
),

{% if is_incremental() %}
    -- Who was described before is described by both: greatest and least pass over what is null.
    final as (
        select
            described.source_key,
            greatest(described.delivery_id, known.delivery_id) as delivery_id,
            described.row_number,
            greatest(described.ssn, known.ssn) as ssn,
            described.first_name,
            described.middle_name,
            described.last_name,
            described.generation_code,
            described.preferred_name,
            described.former_last_name,
            described.birthdate,
            described.sex,
            described.zip_code,
            least(described.first_seen, known.first_seen) as first_seen,
            greatest(described.last_seen, known.last_seen) as last_seen
        from described
        left join {{ this }} as known on described.source_key = known.source_key
    )
{% else %}
    final as (select * from described)
{% endif %}

select * from final
