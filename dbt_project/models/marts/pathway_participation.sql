-- One row per career pathway and school year of entry: participants, leavers and completers, and who served them.
with participants as (select * from {{ ref('int_pathway__participant') }}),

pathways as (select * from {{ ref('career_pathway') }}),

final as (
    select
        participants.pathway_code,
        participants.entry_year,
        pathways.pathway_name,
        count(*) as participant_count,
        count(*) filter (where participants.is_in_k12) as k12_count,
        count(*) filter (where participants.is_in_postsecondary) as postsecondary_count,
        count(*) filter (where participants.is_in_workforce) as workforce_count,
        count(*) filter (where participants.is_in_k12 and participants.is_in_postsecondary) as k12_to_college_count,
        count(*) filter (where participants.has_left) as leaver_count,
        count(*) filter (where participants.completion_date is not null) as completer_count,
        count(*) filter (
            where participants.completion_date is not null and participants.last_date > participants.completion_date
        ) as continuing_completer_count
    from participants
    inner join pathways on participants.pathway_code = pathways.pathway_code
    group by participants.pathway_code, participants.entry_year, pathways.pathway_name
)

select * from final
