{#- The same day so many years later; the number of years may be a parameter, which is text. -#}
{% macro ind_years_after(day, years) -%}
cast({{ day }} + make_interval(years => cast({{ years }} as integer)) as date)
{%- endmacro %}


{#- Those who entered college, with the last day `closes` of the window that is a parameter of the indicator: window_years or window_days. -#}
{% macro ind_entrants_until_end_of(parameter, code) %}
    select
        entrants.*,
        {%- if parameter == 'window_years' %}
        {{ ind_years_after('entrants.entry_date', 'parameters.window_years') }} as closes
        {%- else %}
        entrants.entry_date + cast(parameters.{{ parameter }} as integer) as closes
        {%- endif %}
    from {{ ref('int_k12__college_entrant') }} as entrants
    cross join ({{ ind_parameters(code, [parameter]) }}) as parameters
{% endmacro %}


{#- The columns of the contract that a unit of school and program brings. -#}
{% macro ind_unit(relation) -%}
{{ relation }}.cohort_period,
        {{ relation }}.unit_id,
        {{ relation }}.person_id,
        {{ relation }}.school_id,
        {{ relation }}.district_id,
        {{ relation }}.cip_code,
        {{ relation }}.career_cluster_code
{%- endmacro %}
