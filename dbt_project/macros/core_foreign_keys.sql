{#- Foreign keys stand in the contract of a model (type foreign_key, expression "core.<table> (<columns>)") and are added when a build
    ends: checked row by row they took fifteen times as long as the load itself, and a table that is made anew loses the keys that point
    at it. The expression names the table and no ref, for some dimensions are made out of the facts that point at them. -#}
{% macro postgres__get_table_columns_and_constraints() -%}
    {%- set columns = adapter.render_raw_columns_constraints(raw_columns=model['columns']) -%}
    {%- set constraints = model['constraints'] | rejectattr('type', 'equalto', 'foreign_key') | list -%}
    {%- set keys = adapter.render_raw_model_constraints(raw_constraints=constraints) -%}
    ({{ (columns + keys) | join(', ') }})
{%- endmacro %}


{#- The declared foreign keys that the database lacks, of tables that are there and that the connection's role may change. -#}
{% macro core_missing_foreign_keys() %}
    {%- set declared = [] -%}
    {%- for node in graph.nodes.values() if node.resource_type == 'model' -%}
        {%- for key in node.constraints if key.type == 'foreign_key' -%}
            {%- set columns = key.columns | join(', ') -%}
            {%- do declared.append({
                'relation': node.schema ~ '.' ~ node.alias,
                'key_name': key.columns | join('_') ~ '_fkey',
                'parent': key.expression.split(' ')[0],
                'definition': 'foreign key (' ~ columns ~ ') references ' ~ key.expression,
            }) -%}
        {%- endfor -%}
    {%- endfor %}
    select
        declared.relation,
        declared.key_name,
        declared.definition
    from
        json_to_recordset('{{ tojson(declared) }}')
            as declared (relation text, key_name text, parent text, definition text)
    inner join pg_class as relation on to_regclass(declared.relation) = relation.oid
    inner join pg_class as parent on to_regclass(declared.parent) = parent.oid
    left join pg_constraint as key
        on
            relation.oid = key.conrelid
            and parent.oid = key.confrelid
            and declared.key_name = key.conname
            and key.convalidated
    where key.oid is null and pg_has_role(relation.relowner, 'usage')
{% endmacro %}


{#- A block that runs before or after models are built, and not where dbt only parses, compiles or tests. -#}
{% macro core_around_builds() %}
    {%- if execute and flags.WHICH in ['build', 'run'] %}
    do $body$
    {{- caller() }}
    $body$
    {%- endif %}
{% endmacro %}


{#- Takes the keys of the tables that a run builds, and those that point at them, away before it begins: a fact may be built before
    its dimension, and two threads that each drop a table of one key would wait for each other. -#}
{% macro core_drop_foreign_keys() %}
    {%- call core_around_builds() %}
    {%- set built = [] -%}
    {%- for node in graph.nodes.values() if node.unique_id in selected_resources and node.schema == 'core' -%}
        {%- do built.append(node.schema ~ '.' ~ node.alias) -%}
    {%- endfor %}
    declare
        key record;
    begin
        for key in
            select
                pg_constraint.conrelid,
                pg_constraint.conname
            from pg_constraint
            inner join pg_class on pg_constraint.conrelid = pg_class.oid
            inner join json_array_elements_text('{{ tojson(built) }}') as built (relation)
                on to_regclass(built.relation) in (pg_constraint.conrelid, pg_constraint.confrelid)
            where pg_constraint.contype = 'f' and pg_has_role(pg_class.relowner, 'usage')
        loop
            execute format('alter table %s drop constraint if exists %I', cast(key.conrelid as regclass), key.conname);
        end loop;
    end
    {% endcall -%}
{% endmacro %}


{#- Adds what is missing. A key that does not hold is left to `core_require_foreign_keys`: PostgreSQL's words would quote it. -#}
{% macro core_add_foreign_keys() %}
    {%- call core_around_builds() %}
    declare
        missing record;
    begin
        for missing in {{ core_missing_foreign_keys() }} loop
            begin
                execute format('alter table %s drop constraint if exists %I', missing.relation, missing.key_name);
                execute format(
                    'alter table %s add constraint %I %s', missing.relation, missing.key_name, missing.definition
                );
            exception when foreign_key_violation then
                null;
            end;
        end loop;
    end
    {% endcall -%}
{% endmacro %}


{#- Fails where a declared key does not hold: a fact of a person, school, program or employer that is not in its dimension. -#}
{% macro core_require_foreign_keys() %}
    {%- call core_around_builds() %}
    declare
        told text;
    begin
        select string_agg(relation || ' (' || key_name || ')', ', ' order by relation, key_name) into told
        from ({{ core_missing_foreign_keys() }}) as missing;
        if told is not null then
            raise exception
                'Foreign keys do not hold: %. Build these tables with those they point at.', told;
        end if;
    end
    {% endcall -%}
{% endmacro %}
