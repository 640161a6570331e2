{#- What the cube is made by: the keys of a row before it is placed in cells, and the cells it is placed in. -#}
{% macro ind_cube_keys() -%}
indicator_code, indicator_version, cohort_period, school_id, district_id, region_id, cip_code, career_cluster_code, subgroup_dimension, subgroup
{%- endmacro %}


{#- The columns that name a cell of the cube. -#}
{% macro ind_cell_keys() -%}
indicator_code, indicator_version, cohort_period, organization_level, organization_id, pathway_level, pathway_id, subgroup_dimension, subgroup
{%- endmacro %}


{#- The measures of a relation in every cell of the cube. All organisation levels cross all pathway levels; a subgroup is crossed
    with one of the two only, which is as far as one-way tables go. `relation` carries ind_cube_keys(); `extra` is one more key.
    A cohort counts under its own period and, once complete, under 'all' (relation `cohorts`). -#}
{% macro ind_cells(relation, measures, extra=none) -%}
{%- set one_way = ['()', '(region_id)', '(district_id)', '(school_id)', '(career_cluster_code)', '(cip_code)'] -%}
{%- set two_way = [
    '(district_id, career_cluster_code)', '(district_id, cip_code)', '(school_id, career_cluster_code)', '(school_id, cip_code)'
] -%}
{%- for condition, sets in [("subgroup_dimension = 'all'", one_way + two_way), ("subgroup_dimension <> 'all'", one_way)] %}
    select
        indicator_code,
        indicator_version,
        cohorts.counted_in as cohort_period,
        case
            when grouping(school_id) = 0 then case when school_id ~ '^[0-9]{6}-[0-9]{2}$' then 'institution' else 'school' end
            when grouping(district_id) = 0 then 'district'
            when grouping(region_id) = 0 then 'region'
            else 'state'
        end as organization_level,
        coalesce(school_id, district_id, region_id, 'all') as organization_id,
        case when grouping(cip_code) = 0 then 'cip' when grouping(career_cluster_code) = 0 then 'career_cluster' else 'all' end
            as pathway_level,
        coalesce(cip_code, career_cluster_code, 'all') as pathway_id,
        subgroup_dimension,
        subgroup,
        {%- if extra %}
        {{ extra }},
        {%- endif %}
        {{ measures | join(',\n        ') }}
    from {{ relation }}
    inner join cohorts using (indicator_code, indicator_version, cohort_period)
    where {{ condition }}
    group by
        indicator_code, indicator_version, cohorts.counted_in, subgroup_dimension, subgroup{{ ', ' ~ extra if extra }},
        grouping sets ({{ sets | join(', ') }})
    having
        (grouping(school_id) = 1 or school_id is not null)
        and (grouping(district_id) = 1 or district_id is not null)
        and (grouping(region_id) = 1 or region_id is not null)
        and (grouping(cip_code) = 1 or cip_code is not null)
        and (grouping(career_cluster_code) = 1 or career_cluster_code is not null)
    {{ 'union all' if not loop.last }}
{%- endfor %}
{%- endmacro %}
