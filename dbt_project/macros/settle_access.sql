{#- Who may read a relation, and which rows of it, as `warehouse.access` has declared it in the database. -#}
{% macro settle_access(relation) -%}
    {%- if model.config.materialized != 'ephemeral' -%}
        select control.settle_relation('{{ relation.schema }}', '{{ relation.identifier }}')
    {%- endif -%}
{%- endmacro %}
