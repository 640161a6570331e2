-- One row per period of participation that ended: employment in the second quarter after exit.
with judged as ({{ ind_wioa_employed(2) }}),

final as (
    select
        'WIOA_ER_Q2' as indicator_code,
        '1.0' as indicator_version,
        {{ ind_judged() }}
    from judged
)

select * from final
