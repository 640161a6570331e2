{#- The last day on which an enrollment keeps a learner in school: who has no exit is enrolled to the end of the school year that reports it. -#}
{% macro core_enrolled_until(relation) -%}
coalesce({{ relation }}.exit_date, make_date({{ relation }}.school_year, 6, 30))
{%- endmacro %}
