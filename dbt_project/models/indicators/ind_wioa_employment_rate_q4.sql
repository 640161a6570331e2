-- One row per period of participation that ended: employment in the fourth quarter after exit.
with exiters as (select * from {{ ref('int_wioa__exiter') }}),

judged as (
    select
        {{ ind_wioa_unit('exiters') }},
        exiters.is_available,
        case when exiters.wage_usd > 0 then 'ui_wage' else exiters.supplemental_source end as found_in,
        exiters.employer_key
    from exiters
    where exiters.quarter_after_exit = 4
),

final as (
    select
        'WIOA_ER_Q4' as indicator_code,
        '1.0' as indicator_version,
        {{ ind_judged() }}
    from judged
)

select * from final
