{#- What:    two rows share a combination of columns that is meant to name one row. A null counts as a value.
    Matters: joins on the key multiply rows, and every count above is too high.
    Resolve: find the rows by the key the test lists; the fault is in the model, or in a source key that is not one. -#}
{% test unique_combination(model, columns) %}
select
    {{ columns | join(', ') }},
    count(*) as row_count
from {{ model }}
group by {{ columns | join(', ') }}
having count(*) > 1
{% endtest %}
