-- One row per source record that an accepted delivery describes: what linkage may know of the person.
with descriptions as (select * from {{ ref('person_description') }}),

records as (select * from {{ ref('source_record') }}),

newest as (
    select
        source,
        source_key,
        {{ newest('ssn') }} as ssn,
        {{ newest('first_name') }} as first_name,
        {{ newest('middle_name') }} as middle_name,
        {{ newest('last_name') }} as last_name,
        {{ newest('generation_code') }} as generation_code,
        {{ newest('preferred_name') }} as preferred_name,
        {{ newest('birthdate') }} as birthdate,
        {{ newest('sex') }} as sex,
        {{ newest('zip_code') }} as zip_code,
        array_agg(distinct first_name) filter (where first_name is not null) as first_names,
        array_agg(distinct last_name) filter (where last_name is not null) as last_names,
        array_agg(distinct former_last_name) filter (where former_last_name is not null) as former_last_names,
        min(first_seen) as first_seen,
        max(last_seen) as last_seen,
        bool_or(is_ssn_set_aside) as is_ssn_set_aside,
        bool_or(is_birthdate_set_aside) as is_birthdate_set_aside,
        bool_or(is_name_set_aside) as is_name_set_aside
    from descriptions
    group by source, source_key
),

final as (
    select
        records.record_id,
        newest.source,
        newest.source_key,
        newest.ssn,
        newest.first_name,
        newest.middle_name,
        newest.last_name,
        newest.generation_code,
        newest.preferred_name,
        newest.birthdate,
        newest.sex,
        newest.zip_code,
        {{ other_variants('newest.first_name', ['newest.first_names']) }} as other_first_names,
        {{ other_variants('newest.last_name', ['newest.last_names', 'newest.former_last_names']) }} as other_last_names,
        array_remove(array[
            case when newest.is_ssn_set_aside then 'ssn_invalid' end,
            case when newest.is_birthdate_set_aside then 'birthdate_implausible' end,
            case when newest.is_name_set_aside then 'name_placeholder' end
        ], null) as set_aside,
        newest.first_seen,
        newest.last_seen
    from newest
    inner join records on newest.source = records.source and newest.source_key = records.source_key
)

select * from final
