-- One row per person and career pathway with training of a workforce program in it: a measurable skill gain.
with gains as (select * from {{ ref('fct_wioa_skill_gain') }}),

windows as (
    {{ ind_pathway_windows('workforce') }}
),

gained as (
    select distinct
        windows.unit_id,
        'program_record' as evidence_source
    from windows
    inner join gains
        on
            windows.person_id = gains.person_id
            and gains.gain_date between windows.entry_date and windows.closes
),

judged as (
    {{ ind_pathway_judged('gained', 'last_pirl_date') }}
),

final as (
    select
        'AQCP_SKILL_GAIN' as indicator_code,
        '1.0' as indicator_version,
        {{ ind_judged() }},
        pathway_code
    from judged
)

select * from final
