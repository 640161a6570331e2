-- One row per period of participation that ended: employment in the second quarter after exit.
with exiters as (select * from {{ ref('int_wioa__exiter') }}),

judged as (
    select
        *,
        case when wage_usd > 0 then 'ui_wage' else supplemental_source end as found_in
    from exiters
),

final as (
    select
        'WIOA_ER_Q2' as indicator_code,
        '1.0' as indicator_version,
        cohort_period,
        unit_id,
        person_id,
        cast(null as text) as school_id,
        cast(null as text) as district_id,
        cip_code,
        career_cluster_code,
        case
            when not is_available then 'not_yet_available'
            when found_in is not null then 'yes'
            else 'no'
        end as outcome,
        cast(null as numeric(14, 2)) as amount_usd,
        case when is_available then found_in end as evidence_source,
        case when is_available then employer_key end as employer_key
    from judged
)

select * from final
