{#- Tables that are built on by delivery. A delivered row never changes: what a delivery gives depends on what its record says, on its
    submitter's code maps and on the rows left out of it. A digest of these stands in staged_from, noted in the transaction that builds the
    table; a delivery whose digest differs, is new or is gone is taken out and made anew. A table that reads such a table compares with
    what that one noted. -#}
{% macro delivery_noted(relation) -%}
    select
            delivery_id,
            digest
        from {{ ref('staged_from') }}
        where relation_name = '{{ relation.schema }}.{{ relation.identifier }}'
{%- endmacro %}


{#- What decides about the staged rows of each accepted delivery of a layout. -#}
{% macro delivery_inputs(layout) -%}
    select
            delivery.delivery_id,
            md5(cast(jsonb_build_array(
                delivery.submitter, delivery.period, delivery.date_format, delivery.code_map, left_out.digest
            ) as text)) as digest
        from ({{ accepted_deliveries(layout) }}) as delivery
        left join (
            select
                delivery_id,
                count(*) || ':' || bit_xor(hashint8extended(row_number, delivery_id)) as digest
            from ({{ left_out_rows(layout) }}) as left_out_row
            group by delivery_id
        ) as left_out on delivery.delivery_id = left_out.delivery_id
{%- endmacro %}


{#- Before a build, in its transaction: finds the deliveries that changed (delivery_changed) and takes their rows out of the table. Where a
    row gathers several deliveries, nothing can be taken out: then one that is gone or changed makes all anew. -#}
{% macro delivery_forget(inputs, gathers=false) %}
    {%- if is_incremental() %}
    create temporary table delivery_changed on commit drop as
    select
        delivery_id,
        noted.digest is not null as is_noted
    from ({{ inputs }}) as present
    full outer join ({{ delivery_noted(this) }}) as noted using (delivery_id)
    where present.digest is distinct from noted.digest;
    {%- if gathers %}
    insert into delivery_changed (delivery_id, is_noted)
    select noted.delivery_id, true from ({{ delivery_noted(this) }}) as noted
    where exists (select 1 from delivery_changed where is_noted)
    except
    select delivery_id, is_noted from delivery_changed;
    delete from {{ this }} where exists (select 1 from delivery_changed where is_noted);
    {%- else %}
    delete from {{ this }} as built using delivery_changed as changed
    where built.delivery_id = changed.delivery_id and changed.is_noted;
    {%- endif %}
    delete from {{ this }} where not exists ({{ delivery_noted(this) }});
    analyze delivery_changed;
    {%- endif %}
{% endmacro %}


{#- After a build, in its transaction: notes what it was built from. -#}
{% macro delivery_note(inputs) %}
    delete from {{ ref('staged_from') }} where relation_name = '{{ this.schema }}.{{ this.identifier }}';
    insert into {{ ref('staged_from') }} (relation_name, delivery_id, digest)
    select '{{ this.schema }}.{{ this.identifier }}', delivery_id, digest from ({{ inputs }}) as present
{% endmacro %}


{#- The rows of a table with a delivery_id: all, or where a table is built on those of the deliveries that changed. Each delivery is read by
    itself, for only so PostgreSQL leaves the other partitions alone. -#}
{% macro changed_deliveries(relation) -%}
    {%- if this and is_incremental() -%}
    (
        select changed_row.* from delivery_changed
        cross join
            lateral (
                select * from {{ relation }} as every_row
                where every_row.delivery_id = delivery_changed.delivery_id
                offset 0
            ) as changed_row
    )
    {%- else -%}
    {{ relation }}
    {%- endif -%}
{%- endmacro %}
