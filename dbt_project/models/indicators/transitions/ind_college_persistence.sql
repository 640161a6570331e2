-- One row per graduate who was in college in the first fall: in any college the next fall, or an award by then.
with judged as ({{ ind_next_fall(same_institution=false) }}),

final as (
    select
        'COLLEGE_PERSISTENCE' as indicator_code,
        '1.0' as indicator_version,
        {{ ind_judged() }}
    from judged
)

select * from final
