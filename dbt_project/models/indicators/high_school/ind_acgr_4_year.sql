-- One row per person in an adjusted cohort: four-year graduation.
with judged as ({{ ind_adjusted_cohort(4) }}),

final as (
    select
        'ACGR_4YR' as indicator_code,
        '1.0' as indicator_version,
        {{ ind_judged() }}
    from judged
)

select * from final
