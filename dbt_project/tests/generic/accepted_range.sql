{#- What:    a value lies outside the range it can have. Nulls pass.
    Matters: an impossible value is a parsing or joining fault that averages would hide.
    Resolve: look at the column's staging model first: its type, its format, its unit. -#}
{% test accepted_range(model, column_name, min_value=none, max_value=none) %}
select {{ column_name }}
from {{ model }}
where
    {% if min_value is not none %}{{ column_name }} < {{ min_value }}{% else %}false{% endif %}
    or {% if max_value is not none %}{{ column_name }} > {{ max_value }}{% else %}false{% endif %}
{% endtest %}
