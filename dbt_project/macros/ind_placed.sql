{#- Units with a measured_quarter_index judged by placement: a college spell overlapping the quarter (CTE `enrolled`, of
    ind_first_spell), else wages above zero in it (CTEs `wages`, `availability`). Studying and working counts once. -#}
{% macro ind_placed(relation) %}
    -- Both wages and college terms must reach the quarter; a state without any college source is judged by wages.
    -- Units measured before the first delivered wages cannot be judged, ever, and are left out.
    select
        {{ ind_unit('units') }},
        coalesce(units.measured_quarter_index <= least(
            availability.last_wage_quarter_index,
            control.quarter_index(least(availability.last_nsc_date, availability.last_postsecondary_date))
        ), false) as is_available,
        coalesce(enrolled.evidence_source, case when wages.wage_usd > 0 then 'ui_wage' end) as found_in,
        case when wages.wage_usd > 0 then wages.primary_employer_key end as employer_key
    from {{ relation }} as units
    cross join availability
    left join enrolled on units.unit_id = enrolled.unit_id
    left join wages
        on
            units.person_id = wages.person_id
            and units.measured_quarter_index = wages.quarter_index
    where coalesce(units.measured_quarter_index >= availability.first_wage_quarter_index, true)
{% endmacro %}
