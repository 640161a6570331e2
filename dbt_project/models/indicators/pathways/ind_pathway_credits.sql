-- One row per person and career pathway with a college spell in it: credits earned in its programs.
with courses as (select * from {{ ref('fct_postsecondary_course') }}),

programs as (select * from {{ ref('int_pathway__program') }}),

windows as (
    {{ ind_pathway_windows('postsecondary', ['min_credits']) }}
),

earned as (
    select
        windows.unit_id,
        'unit_record' as evidence_source
    from windows
    inner join courses
        on
            windows.person_id = courses.person_id
            and windows.entry_date <= courses.begin_date
            and windows.closes >= courses.begin_date
    inner join programs on courses.cip_code = programs.cip_code and windows.pathway_code = programs.pathway_code
    group by windows.unit_id, windows.min_credits
    having sum(courses.credits_earned) >= windows.min_credits
),

judged as (
    {{ ind_pathway_judged('earned', 'last_postsecondary_date') }}
),

final as (
    select
        'AQCP_CREDITS' as indicator_code,
        '1.0' as indicator_version,
        {{ ind_judged() }},
        pathway_code
    from judged
)

select * from final
