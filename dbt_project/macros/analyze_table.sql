{#- Statistics for a relation that holds rows; nothing for a view. -#}
{% macro analyze_table(relation) -%}
    {%- if model.config.materialized in ['table', 'incremental'] -%}
        analyze {{ relation }}
    {%- endif -%}
{%- endmacro %}
