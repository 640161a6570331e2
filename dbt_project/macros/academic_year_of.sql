{#- The school or academic year (July to June, named by its spring) in which a day lies. -#}
{% macro academic_year_of(day) -%}
cast(extract(year from {{ day }} + interval '6 months') as integer)
{%- endmacro %}
