{#- The median of an amount in dollars, to the cent; of some rows only where a condition is given. -#}
{% macro mart_median(amount, condition='') -%}
cast(
            percentile_cont(0.5) within group (order by {{ amount }}){{ ' filter (' ~ condition ~ ')' if condition }} as numeric(14, 2)
        )
{%- endmacro %}
