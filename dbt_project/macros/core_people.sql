{#- The person behind each source key of one source. The only way by which a core model meets a source key: the key stays in the
    model's CTE and never becomes a column of its result. -#}
{% macro core_people(source_name) %}
    select
        source_key,
        person_id
    from {{ ref('person_key') }}
    where source = '{{ source_name }}'
{% endmacro %}
