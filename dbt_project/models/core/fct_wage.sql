-- One row per person, employer account and calendar quarter.
{{ config(
    materialized='incremental',
    incremental_strategy='append',
    pre_hook="{{ increment_forget(wage_inputs()) }}",
    post_hook="{{ increment_note(wage_inputs()) }}"
) }}

with people as ({{ core_people('ui') }}),

{% if is_incremental() %}
    changed_keys as (
        select people.source_key from people
        inner join increment_changed as changed on people.person_id = changed.person_id
    ),
{% endif %}

wages as (
    select wages.*
    from {{ ref('stg_ui__wages_keyed') }} as wages
    {% if is_incremental() %}
        left join increment_changed as quarters on wages.quarter_index = quarters.quarter_index
        left join changed_keys as keys on wages.source_key = keys.source_key
        where quarters.quarter_index is not null or keys.source_key is not null
    {% endif %}
),

successors as (select * from {{ ref('int_employer__account') }}),

-- Of several reports of one reporting unit the latest holds; a negative amount is an adjustment and is netted.
units as (
    select
        people.person_id,
        wages.employer_account_id,
        wages.quarter_index,
        wages.reporting_unit_id,
        coalesce(
            (
                max(array[wages.delivery_id, wages.row_number, cast(wages.total_gross_wages * 100 as bigint)])
                filter (where wages.total_gross_wages >= 0)
            )[3], 0
        ) as reported_cents,
        coalesce(sum(wages.total_gross_wages) filter (where wages.total_gross_wages < 0), 0) as adjustment_usd
    from wages
    inner join people on wages.source_key = people.source_key
    where wages.quarter_index is not null and wages.total_gross_wages is not null
    group by people.person_id, wages.employer_account_id, wages.quarter_index, wages.reporting_unit_id
),

-- An account that another took over counts as that one: a takeover is no change of job.
summed as (
    select
        units.person_id,
        coalesce(successors.employer_key, units.employer_account_id) as employer_key,
        units.quarter_index,
        count(*) as reporting_unit_count,
        sum(units.reported_cents * 0.01 + units.adjustment_usd) as net_usd
    from units
    left join successors on units.employer_account_id = successors.employer_account_id
    group by units.person_id, coalesce(successors.employer_key, units.employer_account_id), units.quarter_index
),

final as (
    select
        person_id,
        employer_key,
        quarter_index,
        cast(greatest(net_usd, 0) as numeric(14, 2)) as wage_usd,
        reporting_unit_count,
        net_usd < 0 as is_negative_net
    from summed
)

select * from final
