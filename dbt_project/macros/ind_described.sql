{#- One row per indicator of the project, from the `meta.indicator` beside its model: code, version and the given fields as text.
    A model's `meta.not_computable` lists indicators that no delivery allows to compute yet; their field `needs` says what would.
    dbt knows the other models only when it runs, hence the empty relation while it parses. -#}
{% macro ind_described(fields) -%}
    {%- set described = [] -%}
    {%- if execute -%}
        {%- for node in graph.nodes.values() | selectattr('resource_type', 'equalto', 'model') -%}
            {%- if node.config.meta.get('indicator') -%}{%- do described.append(node.config.meta['indicator']) -%}{%- endif -%}
            {%- do described.extend(node.config.meta.get('not_computable', [])) -%}
        {%- endfor -%}
    {%- endif -%}
    select
        cast(null as text) as indicator_code,
        cast(null as text) as indicator_version
        {%- for field in fields %},
        cast(null as text) as {{ field }}
        {%- endfor %}
    where false
    {%- for indicator in described | sort(attribute='code') %}

    union all

    select
        '{{ indicator.code }}',
        '{{ indicator.version }}'
        {%- for field in fields %},
        '{{ indicator.get(field, '') | string | trim | replace("'", "''") }}'
        {%- endfor %}
    {%- endfor %}
{%- endmacro %}
