{#- Rows of a raw table that the quality gate let through, each with what its delivery says about it: submitter, period, the date
    format of its layout version, and the submitter's code maps as one object, '<code set>/<local code>' -> standard code.
    The deliveries are materialised, so that the object is built once per delivery and not once per row. -#}
{% macro accepted_rows(layout) -%}
with delivery as materialized (
    select
        delivery.delivery_id,
        delivery.submitter,
        delivery.period,
        {{ layout_date_format(layout, 'delivery.layout_version') }} as date_format,
        (
            select jsonb_object_agg(code_map.code_set || '/' || code_map.local_code, code_map.standard_code)
            from {{ source('control', 'code_map') }} as code_map
            where code_map.submitter = delivery.submitter
        ) as code_map
    from {{ source('control', 'delivery') }} as delivery
    where delivery.layout = '{{ layout }}' and delivery.status = 'accepted'
),

rejected as (
    select distinct
        finding.delivery_id,
        finding.row_number
    from {{ source('quality', 'rejected_row') }} as finding
    inner join {{ source('quality', 'rule') }} as rule on finding.rule_code = rule.rule_code
    inner join delivery on finding.delivery_id = delivery.delivery_id
    where rule.severity = 'reject'
)

select
    delivered.*,
    delivery.submitter,
    delivery.period,
    delivery.date_format,
    delivery.code_map
from {{ source('raw', layout | replace('/', '__')) }} as delivered
inner join delivery on delivered.delivery_id = delivery.delivery_id
left join rejected
    on delivered.delivery_id = rejected.delivery_id
    and delivered.row_number = rejected.row_number
where rejected.delivery_id is null
{%- endmacro %}


{#- The date format of a row, by the layout version of its delivery. The formats stand beside the source's columns. -#}
{% macro layout_date_format(layout, version_column) -%}
    {%- set formats = {} -%}
    {%- if execute -%}
        {%- for table in graph.sources.values() if table.source_name == 'raw' and table.name == layout | replace('/', '__') -%}
            {%- do formats.update(table.config.meta.get('date_formats', {})) -%}
        {%- endfor -%}
    {%- endif -%}
    {%- if formats -%}
        case {{ version_column }}
        {%- for version, format in formats.items() %} when '{{ version }}' then '{{ format }}'{% endfor %} end
    {%- else -%}
        cast(null as text)
    {%- endif -%}
{%- endmacro %}
