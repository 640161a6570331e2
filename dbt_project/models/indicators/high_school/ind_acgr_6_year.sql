-- One row per person in an adjusted cohort: six-year graduation.
with judged as ({{ ind_adjusted_cohort(6) }}),

final as (
    select
        'ACGR_6YR' as indicator_code,
        '1.0' as indicator_version,
        {{ ind_judged() }}
    from judged
)

select * from final
