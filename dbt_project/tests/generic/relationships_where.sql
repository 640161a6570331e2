{#- What:    a value has no partner in the table it refers to, among the rows that the conditions leave.
    Matters: inner joins drop such rows silently, and reconciliation fails far from the cause.
    Resolve: see which side is missing the row; a late or withdrawn delivery is the usual reason. -#}
{% test relationships_where(model, column_name, to, field, from_condition='true', to_condition='true') %}
select child.{{ column_name }}
from {{ model }} as child
where
    child.{{ column_name }} is not null
    and {{ from_condition }}
    and not exists (
        select 1
        from {{ to }} as parent
        where parent.{{ field }} = child.{{ column_name }} and {{ to_condition }}
    )
{% endtest %}
