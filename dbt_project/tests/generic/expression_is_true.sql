{#- What:    a row breaks a statement that holds for every row of the model. An unknown (null) outcome breaks it too.
    Matters: the models above rely on the statement and do not check it again.
    Resolve: read the statement beside the model's name; correct the model, or the statement where it claims too much. -#}
{% test expression_is_true(model, expression, column_name=none) %}
select 1 as broken
from {{ model }}
where ({{ expression }}) is not true
{% endtest %}
