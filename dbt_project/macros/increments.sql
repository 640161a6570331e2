{#- Tables that are built on by quarter. What each was built from stands in built_from: a digest per quarter and per person, noted in
    the transaction that builds the table. A quarter or person whose digest differs, is new or is gone is taken out and made anew, and
    so restatements, withdrawals and merged people are taken up. A table that reads such a table compares with what that one noted:
    whatever is built alone, or fails, nothing counts as taken in that is not. -#}
{% macro increment_noted(relation) -%}
    select
            quarter_index,
            person_id,
            digest
        from {{ ref('built_from') }}
        where relation_name = '{{ relation.schema }}.{{ relation.identifier }}'
{%- endmacro %}


{#- A row of inputs is about a quarter or about a person; the other key then holds this. -#}
{% macro no_quarter() -%}0{%- endmacro %}
{% macro no_person() -%}cast('00000000-0000-0000-0000-000000000000' as uuid){%- endmacro %}


{#- Before a build, in its transaction: finds what changed (increment_changed) and takes it out of the table, or all where nothing was
    noted. Where a quarter's rows look back at the quarter before, all from the first that changed are made anew. -#}
{% macro increment_forget(inputs, looks_back=false) %}
    {%- if is_incremental() %}
    create temporary table increment_changed on commit drop as
    select
        quarter_index,
        person_id,
        noted.digest is not null as is_noted
    from ({{ inputs }}) as present
    full outer join ({{ increment_noted(this) }}) as noted using (quarter_index, person_id)
    where present.digest is distinct from noted.digest;
    {%- if looks_back %}
    insert into increment_changed (quarter_index, person_id, is_noted)
    select noted.quarter_index, noted.person_id, true from ({{ increment_noted(this) }}) as noted
    where noted.quarter_index > (
        select min(quarter_index) from increment_changed where quarter_index <> {{ no_quarter() }}
    )
    except
    select quarter_index, person_id, true from increment_changed;
    {%- endif %}
    analyze increment_changed;
    delete from {{ this }} as built using increment_changed as changed
    where built.quarter_index = changed.quarter_index and changed.is_noted and changed.quarter_index <> {{ no_quarter() }};
    delete from {{ this }} as built using increment_changed as changed
    where built.person_id = changed.person_id and changed.is_noted and changed.person_id <> {{ no_person() }};
    delete from {{ this }} where not exists ({{ increment_noted(this) }});
    {%- endif %}
{% endmacro %}


{#- After a build, in its transaction: notes what it was built from. -#}
{% macro increment_note(inputs) %}
    delete from {{ ref('built_from') }} as noted
    where
        noted.relation_name = '{{ this.schema }}.{{ this.identifier }}'
        and not exists (
            select 1 from ({{ inputs }}) as present
            where
                present.quarter_index = noted.quarter_index
                and present.person_id = noted.person_id
                and present.digest = noted.digest
        );
    insert into {{ ref('built_from') }} (relation_name, quarter_index, person_id, digest)
    select '{{ this.schema }}.{{ this.identifier }}', present.quarter_index, present.person_id, present.digest
    from ({{ inputs }}) as present
    left join ({{ increment_noted(this) }}) as noted using (quarter_index, person_id)
    where noted.digest is null
{% endmacro %}


{#- What the wages are built from. -#}
{% macro wage_inputs() -%}
    select quarter_index, person_id, digest from {{ ref('int_wage__input') }}
{%- endmacro %}


{#- What the status panel is built from. -#}
{% macro status_inputs() -%}
    select quarter_index, person_id, digest from {{ ref('int_status__input') }}
{%- endmacro %}
