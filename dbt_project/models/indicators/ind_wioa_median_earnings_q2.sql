-- One row per period of participation that ended, with UI wages in the second quarter after exit or not yet judged.
with exiters as (select * from {{ ref('int_wioa__exiter') }}),

-- Who earned nothing is neither in the numerator nor in the denominator of a median of earnings.
final as (
    select
        'WIOA_MEDIAN_EARNINGS_Q2' as indicator_code,
        '1.0' as indicator_version,
        cohort_period,
        unit_id,
        person_id,
        cast(null as text) as school_id,
        cast(null as text) as district_id,
        cip_code,
        career_cluster_code,
        case when is_available then 'yes' else 'not_yet_available' end as outcome,
        case when is_available then cast(wage_usd as numeric(14, 2)) end as amount_usd,
        case when is_available then 'ui_wage' end as evidence_source,
        case when is_available then employer_key end as employer_key
    from exiters
    where not is_available or wage_usd > 0
)

select * from final
