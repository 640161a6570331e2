-- One row per youth's period of participation that ended: education or employment in the second quarter after exit.
with judged as ({{ ind_wioa_youth_placed(2) }}),

final as (
    select
        'WIOA_YOUTH_EE_Q2' as indicator_code,
        '1.0' as indicator_version,
        {{ ind_judged() }}
    from judged
)

select * from final
