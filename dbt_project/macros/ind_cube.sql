{#- What the cube is made by: the columns that name a cell, and the cells in which units count. -#}

{#- The columns that name a cell of the cube. -#}
{% macro ind_cell_keys() -%}
indicator_code, indicator_version, cohort_period, organization_level, organization_id, pathway_level, pathway_id, subgroup_dimension, subgroup
{%- endmacro %}


{#- Whether two relations name one cell, but for some of its columns. -#}
{% macro ind_same_cell(one, other, but=[]) -%}
{%- for key in ind_cell_keys().split(', ') if key not in but -%}
{{ one }}.{{ key }} = {{ other }}.{{ key }}{{ ' and ' if not loop.last }}
{%- endfor -%}
{%- endmacro %}


{#- The same as numbers, by which cells are made: texts would have to be sorted and hashed for every unit. -#}
{% macro ind_cell_numbers() -%}
cell_cohort_key, cell_organization_key, cell_program_key, subgroup_key
{%- endmacro %}


{#- What is counted of units. -#}
{% macro ind_counts() -%}
count(*) filter (where is_judged) as denominator_count,
        count(*) filter (where is_met) as numerator_count,
        count(*) filter (where not is_judged) as not_yet_available_count,
        count(*) filter (where is_unlinked) as unlinked_count
{%- endmacro %}


{#- The same of units that are counted already. -#}
{% macro ind_counts_of_counts() -%}
{%- for count in ['denominator_count', 'numerator_count', 'not_yet_available_count', 'unlinked_count'] -%}
sum({{ count }}) as {{ count }}{{ ', ' if not loop.last }}
{%- endfor -%}
{%- endmacro %}


{#- Sums of units by cohort, organisation and program; by subgroup, once by cohort and organisation, once by cohort and program. -#}
{% macro ind_summed(relation, measures, extra=none, by_subgroup=false) -%}
{%- set more = ', ' ~ extra if extra else '' -%}
select
        cohort_key,
        organization_key,
        program_key{{ ', subgroup_key' if by_subgroup }}{{ more }},
        {{ measures }}
    from {{ relation }}
    group by
        cohort_key{{ more }},
        {{ 'subgroup_key, grouping sets ((organization_key), (program_key))' if by_subgroup else 'organization_key, program_key' }}
{%- endmacro %}


{#- The measures of units, or of sums of units, in every cell of the cube. Both relations have cohort_key, organization_key and program_key;
    `divided` has subgroup_key besides. All organisation levels cross all pathway levels; a subgroup is crossed with one of the two
    only, which is as far as one-way tables go. `extra` is one more key. The CTEs cohorts, organizations and programs say in which
    cells a key counts; 0 is the whole state, all pathways and everybody. -#}
{% macro ind_cells(everybody, divided, measures, extra=none) -%}
{%- set crossed = "organizations.organization_level in ('district', 'school', 'institution')
        and programs.pathway_level in ('career_cluster', 'cip')" -%}
{%- set more = ', ' ~ extra if extra else '' -%}
    select
        cohorts.cell_cohort_key,
        organizations.cell_organization_key,
        programs.cell_program_key,
        0 as subgroup_key{{ more }},
        {{ measures }}
    from {{ everybody }}
    inner join cohorts using (cohort_key)
    inner join organizations using (organization_key)
    inner join programs using (program_key)
    where
        organizations.organization_level = 'state'
        or programs.pathway_level = 'all'
        or ({{ crossed }})
    group by cohorts.cell_cohort_key, organizations.cell_organization_key, programs.cell_program_key{{ more }}

    union all

    select
        cohorts.cell_cohort_key,
        organizations.cell_organization_key,
        0 as cell_program_key,
        subgroup_key{{ more }},
        {{ measures }}
    from {{ divided }}
    inner join cohorts using (cohort_key)
    inner join organizations using (organization_key)
    group by cohorts.cell_cohort_key, organizations.cell_organization_key, subgroup_key{{ more }}

    union all

    select
        cohorts.cell_cohort_key,
        0 as cell_organization_key,
        programs.cell_program_key,
        subgroup_key{{ more }},
        {{ measures }}
    from {{ divided }}
    inner join cohorts using (cohort_key)
    inner join programs using (program_key)
    where programs.pathway_level <> 'all'
    group by cohorts.cell_cohort_key, programs.cell_program_key, subgroup_key{{ more }}
{%- endmacro %}


{#- How many employers stand behind the amounts of a cell, and how much of it the largest is: what disclosure control asks for. -#}
{% macro ind_employers(relation) -%}
select
        {{ ind_cell_numbers() }},
        count(*) as employer_count,
        cast(max(unit_count) / sum(unit_count) as double precision) as top_employer_share
    from {{ relation }}
    group by {{ ind_cell_numbers() }}
{%- endmacro %}


{#- The names of the cells that a relation gives numbers to. -#}
{% macro ind_cell_names(relation, columns) -%}
select distinct {{ columns }} from {{ relation }}
{%- endmacro %}


{#- One row per cell from the relations count_cells, employers and median_cells. They are put together by a sum, for PostgreSQL cannot know how
    many cells there will be, and would join them badly. -#}
{% macro ind_put_together() -%}
{%- set counts = ['denominator_count', 'numerator_count', 'not_yet_available_count', 'unlinked_count'] -%}
{%- set kinds = {'employer_count': 'bigint', 'top_employer_share': 'double precision', 'quartiles': 'double precision[]'} -%}
{%- set holders = {'count_cells': counts, 'employers': ['employer_count', 'top_employer_share'], 'median_cells': ['quartiles']} -%}
select
        {{ ind_cell_numbers() }}
        {%- for name in counts %},
        sum({{ name }}) as {{ name }}
        {%- endfor %}
        {%- for name in kinds %},
        max({{ name }}) as {{ name }}
        {%- endfor %}
    from (
        {%- for relation, held in holders.items() %}
        select
            {{ ind_cell_numbers() }}
            {%- for name in counts + kinds.keys() | list %},
            {{ name if name in held else 'cast(null as ' ~ kinds.get(name, 'numeric') ~ ') as ' ~ name }}
            {%- endfor %}
        from {{ relation }}
        {{ 'union all' if not loop.last }}
        {%- endfor %}
    ) as pieces
    group by {{ ind_cell_numbers() }}
{%- endmacro %}


{#- The units of some indicators together; indicators of career pathways say of themselves in which one a unit is counted. -#}
{% macro ind_union(indicators) -%}
{%- for indicator in indicators %}
select
    *{{ '' if 'ind_pathway' in indicator | string else ',
    cast(null as text) as pathway_code' }}
from {{ indicator }}
{{ 'union all' if not loop.last }}
{%- endfor %}
{%- endmacro %}


{#- Several columns of a relation as one text, in which a null is like nothing. -#}
{% macro ind_named(relation, columns) -%}
{%- for column in columns -%}
coalesce({{ relation }}.{{ column }}, ''){{ " || '|' || " if not loop.last }}
{%- endfor -%}
{%- endmacro %}
