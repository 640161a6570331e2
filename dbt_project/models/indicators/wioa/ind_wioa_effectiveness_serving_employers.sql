-- One row per period of participation that ended, with a job two quarters later: the same employer in the fourth.
with exiters as (select * from {{ ref('int_wioa__exiter') }}),

wages as (select * from {{ ref('fct_wage') }}),

second as (
    select * from exiters
    where quarter_after_exit = 2
),

fourth as (
    select * from exiters
    where quarter_after_exit = 4
),

-- Any employer that paid in both quarters, not only the one that paid most.
retained as (
    select
        second.unit_id,
        min(before.employer_key) as employer_key
    from second
    inner join wages as before
        on second.person_id = before.person_id and second.measured_quarter_index = before.quarter_index
    inner join wages as after
        on
            before.person_id = after.person_id
            and before.employer_key = after.employer_key
            and after.quarter_index = before.quarter_index + 2
    where before.wage_usd > 0 and after.wage_usd > 0
    group by second.unit_id
),

-- Who is not found employed in the second quarter is not in the denominator; that is known two quarters earlier.
judged as (
    select
        {{ ind_wioa_unit('second') }},
        fourth.is_available,
        case
            when retained.unit_id is not null then 'ui_wage'
            -- Work outside UI wages: only the program can have seen the employer twice.
            when second.wage_usd = 0 and second.is_reported_retained then 'program_record'
        end as found_in,
        coalesce(retained.employer_key, second.employer_key) as employer_key
    from second
    inner join fourth on second.unit_id = fourth.unit_id
    left join retained on second.unit_id = retained.unit_id
    where not fourth.is_available or second.wage_usd > 0 or second.supplemental_source is not null
),

final as (
    select
        'WIOA_ESE' as indicator_code,
        '1.0' as indicator_version,
        {{ ind_judged() }}
    from judged
)

select * from final
