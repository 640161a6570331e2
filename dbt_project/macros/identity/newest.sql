{#- Periods as text that sorts by time: of the terms of a calendar year spring comes first and fall last. -#}
{% macro period_order(period) -%}
    replace(replace(replace({{ period }}, 'SP', '1'), 'SU', '2'), 'FA', '3')
{%- endmacro %}


{#- The newest value that is one, within a group: a later blank takes nothing back. -#}
{% macro newest(column) -%}
    (array_agg({{ column }} order by recency desc) filter (where {{ column }} is not null))[1]
{%- endmacro %}


{#- The other spellings in lists of delivered ones, sorted; an empty list where there are none. -#}
{% macro other_variants(chosen, lists) -%}
    array(
        select distinct variant from unnest({{ lists | join(' || ') }}) as variants (variant)
        where variant is distinct from {{ chosen }}
        order by variant
    )
{%- endmacro %}
