{#- One row with an indicator's parameters as text columns, from the model that knows which are in force. -#}
{% macro ind_parameters(indicator_code, names) %}
    select
        {%- for name in names %}
        max(value) filter (where parameter = '{{ name }}') as {{ name }}{{ ',' if not loop.last }}
        {%- endfor %}
    from {{ ref('indicator_parameter') }}
    where indicator_code = '{{ indicator_code }}'
{% endmacro %}
