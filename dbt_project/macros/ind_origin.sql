{#- What the outcome indicators have in common: from an origin (high_school or award) to a quarter or a calendar year after it. -#}

{#- The twelve columns of the contract after the indicator's code and version, of a relation that has is_available, is_met, earned_usd and
    employer_key beside those of the origin. -#}
{% macro ind_origin_columns() -%}
cohort_period,
        unit_id,
        person_id,
        school_id,
        district_id,
        cip_code,
        career_cluster_code,
        case when not is_available then 'not_yet_available' when is_met then 'yes' else 'no' end as outcome,
        case when is_available then cast(earned_usd as numeric(14, 2)) end as amount_usd,
        case when is_available and is_met then evidence_source end as evidence_source,
        case when is_available then employer_key end as employer_key
{%- endmacro %}


{#- Units of an origin with the calendar quarter so many quarters after it, and whether wages to `until` quarters after it have come.
    Units that need wages of a quarter, `since` so many after it, before the first delivered one cannot be judged, ever, and are left out. -#}
{% macro ind_origin_quarter(origin, quarters, since, until) -%}
    select
        origins.*,
        origins.origin_quarter_index + {{ quarters }} as measured_quarter_index,
        coalesce(origins.origin_quarter_index + {{ until }} <= availability.last_wage_quarter_index, false) as is_available,
        cast(null as numeric) as earned_usd,
        'ui_wage' as evidence_source
    from origins
    cross join availability
    where
        origins.origin = '{{ origin }}'
        and coalesce(origins.origin_quarter_index + {{ since }} >= availability.first_wage_quarter_index, true)
{%- endmacro %}


{#- Units of an origin with the earnings of the calendar year so many years after it: the first full year is 1. Null without wages. -#}
{% macro ind_origin_year(origin, years) -%}
    select
        origins.*,
        origins.origin_calendar_year + {{ years }} as measured_year,
        coalesce(
            (origins.origin_calendar_year + {{ years }}) * 4 + 3 <= availability.last_wage_quarter_index, false
        ) as is_available,
        earnings.quarter_count,
        earnings.wage_usd,
        earnings.real_wage_usd,
        earnings.employer_key,
        'ui_wage' as evidence_source
    from origins
    cross join availability
    left join earnings
        on
            origins.person_id = earnings.person_id
            and origins.origin_calendar_year + {{ years }} = earnings.calendar_year
    where
        origins.origin = '{{ origin }}'
        and coalesce(
            (origins.origin_calendar_year + {{ years }}) * 4 >= availability.first_wage_quarter_index, true
        )
{%- endmacro %}
