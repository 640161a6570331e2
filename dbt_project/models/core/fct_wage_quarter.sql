-- One row per person and calendar quarter in which wages were reported.
with recursive wages as (select * from {{ ref('fct_wage') }}),

quarters as (
    select
        person_id,
        quarter_index,
        sum(wage_usd) as wage_usd,
        count(*) filter (where wage_usd > 0) as employer_count,
        array_agg(employer_key order by wage_usd desc, employer_key asc) filter (where wage_usd > 0) as employers,
        array_agg(wage_usd order by wage_usd desc, employer_key asc) filter (where wage_usd > 0) as amounts
    from wages
    group by person_id, quarter_index
),

-- Quarters in which several employers paid the same highest amount: few.
ties as materialized (
    select
        person_id,
        quarter_index,
        employers[1:cardinality(array_positions(amounts, amounts[1]))] as candidates
    from quarters
    where employer_count > 1 and amounts[1] = amounts[2]
),

-- A tie goes to the primary employer of the quarter before, if that one is among the candidates, else to the first id.
-- A run of tied quarters is settled from its first quarter on.
settled as (
    select
        ties.person_id,
        ties.quarter_index,
        case
            when quarters.employers[1] = any(ties.candidates) then quarters.employers[1]
            else ties.candidates[1]
        end as primary_employer_key
    from ties
    left join quarters
        on ties.person_id = quarters.person_id and quarters.quarter_index = ties.quarter_index - 1
    left join ties as earlier
        on ties.person_id = earlier.person_id and earlier.quarter_index = ties.quarter_index - 1
    where earlier.person_id is null

    union all

    select
        ties.person_id,
        ties.quarter_index,
        case
            when settled.primary_employer_key = any(ties.candidates) then settled.primary_employer_key
            else ties.candidates[1]
        end as primary_employer_key
    from settled
    inner join ties
        on settled.person_id = ties.person_id and ties.quarter_index = settled.quarter_index + 1
),

final as (
    select
        quarters.person_id,
        quarters.quarter_index,
        quarters.wage_usd,
        quarters.employer_count,
        coalesce(settled.primary_employer_key, quarters.employers[1]) as primary_employer_key
    from quarters
    left join settled
        on quarters.person_id = settled.person_id and quarters.quarter_index = settled.quarter_index
)

select * from final
