-- One row per period of participation that ended, with UI wages in the second quarter after exit or not yet judged.
with exiters as (
    select * from {{ ref('int_wioa__exiter') }}
    where quarter_after_exit = 2
),

-- Who earned nothing is neither in the numerator nor in the denominator of a median of earnings.
final as (
    select
        'WIOA_MEDIAN_EARNINGS_Q2' as indicator_code,
        '1.0' as indicator_version,
        {{ ind_wioa_unit('exiters') }},
        case when exiters.is_available then 'yes' else 'not_yet_available' end as outcome,
        case when exiters.is_available then cast(exiters.wage_usd as numeric(14, 2)) end as amount_usd,
        case when exiters.is_available then 'ui_wage' end as evidence_source,
        case when exiters.is_available then exiters.employer_key end as employer_key
    from exiters
    where not exiters.is_available or exiters.wage_usd > 0
)

select * from final
