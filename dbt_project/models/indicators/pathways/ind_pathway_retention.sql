-- One row per person and career pathway entered: activity in the second year, or a credential before it.
with participants as (select * from {{ ref('int_pathway__participant') }}),

activities as (select * from {{ ref('int_pathway__activity') }}),

credentials as (select * from {{ ref('int_pathway__credential') }}),

active as (
    select
        participants.unit_id,
        max(activities.evidence_source) as evidence_source
    from participants
    inner join activities
        on
            participants.person_id = activities.person_id
            and participants.pathway_code = activities.pathway_code
            and participants.entry_date + 365 < activities.end_date
            and participants.entry_date + 730 >= activities.begin_date
    group by participants.unit_id
),

awarded as (
    select
        participants.unit_id,
        min(credentials.evidence_source) as evidence_source
    from participants
    inner join credentials
        on
            participants.person_id = credentials.person_id
            and participants.pathway_code = credentials.pathway_code
            and credentials.award_date between participants.entry_date and participants.entry_date + 365
    group by participants.unit_id
),

judged as (
    select
        cast(participants.entry_year as text) as cohort_period,
        {{ ind_pathway_unit('participants') }},
        coalesce(participants.entry_date + 730 <= participants.known_to, false) as is_available,
        coalesce(active.evidence_source, awarded.evidence_source) as found_in,
        cast(null as text) as employer_key
    from participants
    left join active on participants.unit_id = active.unit_id
    left join awarded on participants.unit_id = awarded.unit_id
),

final as (
    select
        'AQCP_RETENTION' as indicator_code,
        '1.0' as indicator_version,
        {{ ind_judged() }},
        pathway_code
    from judged
)

select * from final
