-- One row per person and calendar quarter in which wages were reported.
{{ config(
    materialized='incremental',
    incremental_strategy='append',
    pre_hook="{{ increment_forget(increment_noted(ref('fct_wage')), looks_back=true) }}",
    post_hook="{{ increment_note(increment_noted(ref('fct_wage'))) }}"
) }}

{% if is_incremental() %}
    with recursive wages as materialized (
        select wages.* from {{ ref('fct_wage') }} as wages
        left join increment_changed as quarters on wages.quarter_index = quarters.quarter_index
        left join increment_changed as persons on wages.person_id = persons.person_id
        where quarters.quarter_index is not null or persons.person_id is not null
    ),

    earlier as (select * from {{ this }}),
{% else %}
    -- The wages are read twice and in the order of their index: materialising them would cost more than both readings.
    with recursive wages as not materialized (select * from {{ ref('fct_wage') }}),

    earlier as (
        select person_id, quarter_index, employer_key as primary_employer_key from wages
        where false
    ),
{% endif %}

quarters as (
    select
        person_id,
        quarter_index,
        sum(wage_usd) as wage_usd,
        max(wage_usd) as highest_usd,
        count(*) filter (where wage_usd > 0) as employer_count,
        min(employer_key) filter (where wage_usd > 0) as first_employer_key
    from wages
    group by person_id, quarter_index
),

-- Only where several employers paid must the one who paid most be found; most quarters have one employer.
candidates as materialized (
    select
        quarters.person_id,
        quarters.quarter_index,
        array_agg(wages.employer_key order by wages.employer_key asc) as employers
    from quarters
    inner join wages
        on
            quarters.person_id = wages.person_id
            and quarters.quarter_index = wages.quarter_index
            and quarters.highest_usd = wages.wage_usd
    where quarters.employer_count > 1
    group by quarters.person_id, quarters.quarter_index
),

-- By a window and not by a join: of so few rows the planner expects one, and would compare each with each.
followed as (
    select
        *,
        case when lag(quarter_index) over person = quarter_index - 1 then lag(employers) over person end as before
    from candidates
    window person as (partition by person_id order by quarter_index)
),

ties as (
    select * from followed
    where cardinality(employers) > 1
),

-- A tie goes to the primary employer of the quarter before, if that one is among the candidates, else to the first id.
-- A run of tied quarters is settled from its first quarter on.
settled as (
    select
        ties.person_id,
        ties.quarter_index,
        case
            when
                coalesce(ties.before[1], quarters.first_employer_key, earlier.primary_employer_key)
                = any(ties.employers)
                then coalesce(ties.before[1], quarters.first_employer_key, earlier.primary_employer_key)
            else ties.employers[1]
        end as primary_employer_key
    from ties
    left join quarters
        on ties.person_id = quarters.person_id and quarters.quarter_index = ties.quarter_index - 1
    left join earlier
        on ties.person_id = earlier.person_id and earlier.quarter_index = ties.quarter_index - 1
    where coalesce(cardinality(ties.before), 1) = 1

    union all

    select
        ties.person_id,
        ties.quarter_index,
        case
            when settled.primary_employer_key = any(ties.employers) then settled.primary_employer_key
            else ties.employers[1]
        end as primary_employer_key
    from settled
    inner join ties
        on settled.person_id = ties.person_id and ties.quarter_index = settled.quarter_index + 1
),

final as (
    select
        quarters.person_id,
        quarters.quarter_index,
        cast(quarters.wage_usd as numeric(14, 2)) as wage_usd,
        quarters.employer_count,
        coalesce(settled.primary_employer_key, candidates.employers[1], quarters.first_employer_key)
            as primary_employer_key
    from quarters
    left join candidates
        on quarters.person_id = candidates.person_id and quarters.quarter_index = candidates.quarter_index
    left join settled
        on quarters.person_id = settled.person_id and quarters.quarter_index = settled.quarter_index
)

select * from final
