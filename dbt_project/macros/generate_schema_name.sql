{#- A model's schema is the Postgres schema of the same name, without the prefix dbt would add: the schemas are made by the
    migrations and named in every grant. -#}
{% macro generate_schema_name(custom_schema_name, node) -%}
    {{ (custom_schema_name or target.schema) | trim }}
{%- endmacro %}
