-- One row per person record of a source, for good: a record keeps its random id however often it is delivered.
{{ config(materialized='incremental', incremental_strategy='append', full_refresh=false) }}

with described as (
    select distinct
        source,
        source_key
    from {{ ref('person_description') }}
),

final as (
    select
        gen_random_uuid() as record_id,
        described.source,
        described.source_key
    from described
    {% if is_incremental() %}
        where not exists (
            select 1
            from {{ this }} as known
            where known.source = described.source and known.source_key = described.source_key
        )
    {% endif %}
)

select * from final
