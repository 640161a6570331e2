{#- The key of a person record in wages: what the employer reported of the person, since nothing there names one. -#}
{% macro wage_source_key(ssn, last_name, first_name, middle_initial) -%}
    translate(coalesce(btrim({{ ssn }}), ''), '- ', '')
    {%- for part in [last_name, first_name, middle_initial] %} || '|' || coalesce(upper(btrim({{ part }})), ''){% endfor %}
{%- endmacro %}
