-- One row per youth's period of participation that ended: education or employment in the fourth quarter after exit.
with judged as ({{ ind_wioa_youth_placed(4) }}),

final as (
    select
        'WIOA_YOUTH_EE_Q4' as indicator_code,
        '1.0' as indicator_version,
        {{ ind_judged() }}
    from judged
)

select * from final
