{#- As dbt does it, with one statement and at most one question: dbt asks the database twice which columns a relation has, and under
    an enforced contract they are those of the model. -#}
{% macro postgres__persist_docs(relation, model, for_relation, for_columns) -%}
    {%- set statements = [] -%}
    {%- if for_relation and config.persist_relation_docs() and model.description -%}
        {%- do statements.append(alter_relation_comment(relation, model.description)) -%}
    {%- endif -%}
    {%- if for_columns and config.persist_column_docs() and model.columns -%}
        {%- if config.get('contract').enforced -%}
            {%- set documented = model.columns -%}
        {%- else -%}
            {%- set found = adapter.get_columns_in_relation(relation) | map(attribute='name') | list -%}
            {%- set documented = validate_doc_columns(relation, model.columns, found) -%}
        {%- endif -%}
        {%- do statements.append(alter_column_comment(relation, documented)) -%}
    {%- endif -%}
    {%- if statements | join | trim -%}
        {%- do run_query(statements | join) -%}
    {%- endif -%}
{%- endmacro %}


{% macro postgres__alter_column_comment(relation, column_dict) -%}
    {%- for name, column in column_dict.items() %}
    comment on column {{ relation }}.{{ adapter.quote(name) if column['quote'] else name }}
    is {{ postgres_escape_comment(column['description']) }};
    {%- endfor %}
{%- endmacro %}
