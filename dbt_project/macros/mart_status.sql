{#- Where somebody is found in a period: in school, in college, at work, in several of them, or nowhere. Nulls mean not found. -#}
{% macro mart_status(in_school, in_college, at_work) -%}
case
            when {{ in_college }} and {{ at_work }} then 'enrolled_and_employed'
            when {{ in_college }} then 'enrolled'
            when {{ in_school }} and {{ at_work }} then 'in_school_and_employed'
            when {{ in_school }} then 'in_school'
            when {{ at_work }} then 'employed'
            else 'not_found'
        end
{%- endmacro %}
