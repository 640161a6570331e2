{#- The person behind each source key of one source. The only way by which a core model meets a source key: the key stays in the
    model's CTE and never becomes a column of its result. -#}
{% macro core_people(source_name) %}
    select
        records.source_key,
        crosswalk.person_id
    from (select * from {{ ref('source_record') }}) as records
    inner join (select * from {{ source('identity', 'person_crosswalk') }}) as crosswalk
        on records.record_id = crosswalk.record_id
    where records.source = '{{ source_name }}'
{% endmacro %}
