-- One row per CTE concentrator with a regular diploma: college credit in the program.
with judged as (
    {{ ind_graduates_with(
        'case when relevant_dual_credits > 0 then dual_source end',
        who='is_concentrator and is_college_covered',
        is_available='is_college_available'
    ) }}
),

final as (
    select
        'PERKINS_5S2' as indicator_code,
        '1.0' as indicator_version,
        {{ ind_judged() }}
    from judged
)

select * from final
