-- One row per graduate who was in college in the first fall: in the same college the next fall, or its award by then.
with judged as ({{ ind_next_fall(same_institution=true) }}),

final as (
    select
        'COLLEGE_RETENTION' as indicator_code,
        '1.0' as indicator_version,
        {{ ind_judged() }}
    from judged
)

select * from final
