{#- Employment after an origin (high_school or award), one rule each whatever the origin and the time. Every macro is a query of the origin's
    units with what ind_origin_columns reads. -#}

{#- Wages in the quarter so many quarters after the origin. -#}
{% macro ind_employed_after(origin, quarters) %}
    with origins as (select * from {{ ref('int_outcome__origin') }}),

    wages as (select * from {{ ref('fct_wage_quarter') }}),

    availability as (select * from {{ ref('availability') }}),

    units as (
        {{ ind_origin_quarter(origin, quarters, quarters, quarters) }}
    )

    select
        units.*,
        coalesce(wages.wage_usd > 0, false) as is_met,
        case when wages.wage_usd > 0 then wages.primary_employer_key end as employer_key
    from units
    left join wages
        on units.person_id = wages.person_id and units.measured_quarter_index = wages.quarter_index
{% endmacro %}


{#- The same employer paid in the quarter so many quarters after the origin, before it and after it. -#}
{% macro ind_full_quarter_employed_after(origin, quarters) %}
    with origins as (select * from {{ ref('int_outcome__origin') }}),

    wages as (
        select * from {{ ref('fct_wage') }}
        where wage_usd > 0
    ),

    availability as (select * from {{ ref('availability') }}),

    units as (
        {{ ind_origin_quarter(origin, quarters, quarters - 1, quarters + 1) }}
    ),

    stayed as (
        select
            units.unit_id,
            min(wages.employer_key) as employer_key
        from units
        inner join wages
            on
                units.person_id = wages.person_id
                and wages.quarter_index between units.measured_quarter_index - 1 and units.measured_quarter_index + 1
        group by units.unit_id, wages.employer_key
        having count(*) = 3
    ),

    stayers as (
        select
            unit_id,
            min(employer_key) as employer_key
        from stayed
        group by unit_id
    )

    select
        units.*,
        stayers.unit_id is not null as is_met,
        stayers.employer_key
    from units
    left join stayers on units.unit_id = stayers.unit_id
{% endmacro %}
