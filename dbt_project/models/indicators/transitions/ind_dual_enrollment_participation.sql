-- One row per graduate with a regular diploma: took college courses in high school.
with judged as (
    {{ ind_graduates_with(
        'dual_source',
        who='is_college_covered',
        is_available='is_college_available'
    ) }}
),

final as (
    select
        'DUAL_PARTICIPATION' as indicator_code,
        '1.0' as indicator_version,
        {{ ind_judged() }}
    from judged
)

select * from final
