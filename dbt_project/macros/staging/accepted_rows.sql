{#- Accepted deliveries of a layout, each with what it says about its rows: submitter, period, the date format of its layout version, and
    the submitter's code maps of the period's year as one object, '<code set>/<local code>' -> standard code. -#}
{% macro accepted_deliveries(layout) -%}
    select
        delivery.delivery_id,
        delivery.submitter,
        delivery.period,
        delivery.date_format,
        (
            select jsonb_object_agg(code_map.code_set || '/' || code_map.local_code, code_map.standard_code)
            from {{ source('control', 'code_map') }} as code_map
            where
                code_map.submitter = delivery.submitter
                and cast(left(delivery.period, 4) as integer) between code_map.first_year and code_map.last_year
        ) as code_map
    from {{ source('control', 'delivery') }} as delivery
    where delivery.layout = '{{ layout }}' and delivery.status = 'accepted'
{%- endmacro %}


{#- Rows of accepted deliveries that are not staged. The gate's decision stands as it was made, whatever severity a rule has by now. A row
    may have broken several rules. An amendment replaces single rows of earlier deliveries for as long as it is in force itself. -#}
{% macro left_out_rows(layout) -%}
    select
        finding.delivery_id,
        finding.row_number
    from {{ source('quality', 'rejected_row') }} as finding
    inner join {{ source('control', 'delivery') }} as delivery on finding.delivery_id = delivery.delivery_id
    where delivery.layout = '{{ layout }}' and delivery.status = 'accepted'
    union
    select
        replaced.delivery_id,
        replaced.row_number
    from {{ source('quality', 'replaced_row') }} as replaced
    inner join {{ source('control', 'delivery') }} as delivery on replaced.delivery_id = delivery.delivery_id
    inner join {{ source('control', 'delivery') }} as amendment on replaced.amended_by = amendment.delivery_id
    where
        delivery.layout = '{{ layout }}' and delivery.status = 'accepted'
        and amendment.layout = '{{ layout }}' and amendment.status = 'accepted'
{%- endmacro %}


{#- Rows of a raw table that the quality gate let through, each with what its delivery says about it. The deliveries are materialised, so
    that the object of code maps is built once per delivery and not once per row. -#}
{% macro accepted_rows(layout) -%}
with delivery as materialized (
{{ accepted_deliveries(layout) }}
),

left_out as (
{{ left_out_rows(layout) }}
)

select
    delivered.*,
    delivery.submitter,
    delivery.period,
    delivery.date_format,
    delivery.code_map
from {{ changed_deliveries(source('raw', layout | replace('/', '__'))) }} as delivered
inner join delivery on delivered.delivery_id = delivery.delivery_id
left join left_out
    on delivered.delivery_id = left_out.delivery_id
    and delivered.row_number = left_out.row_number
where left_out.delivery_id is null
{%- endmacro %}
