{#- Wilson's interval of a rate, 95 %: the side is '-' or '+'. Null where nobody was judged. -#}
{% macro ind_wilson(yes, judged, side) -%}
(
            ({{ yes }} + 1.9208) / nullif({{ judged }} + 3.8416, 3.8416)
            {{ side }} 1.96 * sqrt({{ yes }} * ({{ judged }} - {{ yes }}) / nullif(cast({{ judged }} as double precision), 0) + 0.9604)
            / ({{ judged }} + 3.8416)
        )
{%- endmacro %}
