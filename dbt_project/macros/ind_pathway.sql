{#- What the indicators of career pathways have in common: units are a person and a pathway, which stands last in their contract. -#}

{#- The columns of the contract that a participant brings, the cohort apart. -#}
{% macro ind_pathway_unit(relation) -%}
{{ relation }}.unit_id,
        {{ relation }}.person_id,
        {{ relation }}.pathway_code,
        {{ relation }}.school_id,
        {{ relation }}.district_id,
        {{ relation }}.cip_code,
        {{ relation }}.career_cluster_code
{%- endmacro %}


{#- Participants with the day on which their window closes; of one sector where it is named, with further parameters beside them. -#}
{% macro ind_pathway_windows(sector=none, parameters=[]) -%}
select
        participants.*,
        {%- for parameter in parameters %}
        cast(parameters.{{ parameter }} as numeric) as {{ parameter }},
        {%- endfor %}
        {{ ind_years_after('participants.entry_date', 'parameters.window_years') }} as closes
    from {{ ref('int_pathway__participant') }} as participants
    cross join ({{ ind_parameters('AQCP', ['window_years'] + parameters) }}) as parameters
    {%- if sector %}
    where participants.is_in_{{ sector }}
    {%- endif %}
{%- endmacro %}


{#- Participants of the relation windows by the year of entry: judged once their window has closed before what is known of them, or before
    `known_to`, a column of availability; met where the relation `found` names them with the source of its evidence. -#}
{% macro ind_pathway_judged(found, known_to=none) -%}
select
        cast(windows.entry_year as text) as cohort_period,
        {{ ind_pathway_unit('windows') }},
        coalesce(windows.closes <= {{ 'availability.' ~ known_to if known_to else 'windows.known_to' }}, false) as is_available,
        {{ found }}.evidence_source as found_in,
        cast(null as text) as employer_key
    from windows
    {%- if known_to %}
    cross join {{ ref('availability') }} as availability
    {%- endif %}
    left join {{ found }} on windows.unit_id = {{ found }}.unit_id
{%- endmacro %}


{#- Participants by the year of entry, judged by a recognized credential of some types within the window; of any type where none is named. -#}
{% macro ind_pathway_credentialed(types=[]) %}
    with windows as (
        {{ ind_pathway_windows() }}
    ),

    credentials as (select * from {{ ref('int_pathway__credential') }}),

    awarded as (
        select
            windows.unit_id,
            min(credentials.evidence_source) as evidence_source
        from windows
        inner join credentials
            on
                windows.person_id = credentials.person_id
                and windows.pathway_code = credentials.pathway_code
                and windows.entry_date <= credentials.award_date
                and windows.closes >= credentials.award_date
        {%- if types %}
        where credentials.credential_type in ('{{ types | join("', '") }}')
        {%- endif %}
        group by windows.unit_id
    )

    {{ ind_pathway_judged('awarded') }}
{% endmacro %}


{#- Participants by the year in which they were last active, with the wages of the quarters after it that labor market metrics ask
    for. Who may come back waits, and who left before the first delivered wages is left out. -#}
{% macro ind_pathway_leavers(until) %}
    select
        cast(participants.last_year as text) as cohort_period,
        {{ ind_pathway_unit('participants') }},
        coalesce(
            participants.has_left
            and control.quarter_index(participants.last_date) + {{ until }} <= availability.last_wage_quarter_index,
            false
        ) as is_available,
        coalesce(second.wage_usd, 0) as second_usd,
        coalesce(third.wage_usd, 0) as third_usd,
        coalesce(fourth.wage_usd, 0) as fourth_usd,
        case when second.wage_usd > 0 then second.primary_employer_key end as employer_key,
        'ui_wage' as evidence_source
    from {{ ref('int_pathway__participant') }} as participants
    cross join {{ ref('availability') }} as availability
    left join {{ ref('fct_wage_quarter') }} as second
        on
            participants.person_id = second.person_id
            and second.quarter_index = control.quarter_index(participants.last_date) + 2
    left join {{ ref('fct_wage_quarter') }} as third
        on
            participants.person_id = third.person_id
            and third.quarter_index = control.quarter_index(participants.last_date) + 3
    left join {{ ref('fct_wage_quarter') }} as fourth
        on
            participants.person_id = fourth.person_id
            and fourth.quarter_index = control.quarter_index(participants.last_date) + 4
    where
        coalesce(
            control.quarter_index(participants.last_date) + 2 >= availability.first_wage_quarter_index, true
        )
{% endmacro %}
