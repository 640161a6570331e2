-- One row per graduate who entered college: a year away from every college, without an award.
with windows as ({{ ind_entrants_until_end_of('window_years', 'COLLEGE_STOP_OUT') }}),

college as (select * from {{ ref('fct_postsecondary_enrollment') }}),

awards as (select * from {{ ref('fct_postsecondary_award') }}),

availability as (select * from {{ ref('availability') }}),

-- The last day in any college so far, and the first day of the next spell, of every spell since the entry.
spells as (
    select
        windows.unit_id,
        windows.person_id,
        windows.closes,
        college.evidence_source,
        max(college.end_date) over so_far as last_day,
        lead(college.begin_date) over so_far as next_begin_date
    from windows
    inner join college on windows.person_id = college.person_id and windows.entry_date <= college.begin_date
    where not college.is_dual
    window
        so_far as (
            partition by windows.unit_id
            order by college.begin_date asc, college.end_date asc, college.institution_key asc
        )
),

stopped as (
    select
        spells.unit_id,
        max(spells.evidence_source) as evidence_source
    from spells
    where
        spells.last_day <= spells.closes
        and coalesce(spells.next_begin_date > spells.last_day + 365, true)
        and not exists (
            select 1 from awards
            where awards.person_id = spells.person_id and awards.award_date <= spells.last_day + 365
        )
    group by spells.unit_id
),

judged as (
    select
        {{ ind_unit('windows') }},
        coalesce(
            windows.closes + 365 <= least(availability.last_nsc_date, availability.last_postsecondary_date), false
        ) as is_available,
        stopped.evidence_source as found_in,
        cast(null as text) as employer_key
    from windows
    cross join availability
    left join stopped on windows.unit_id = stopped.unit_id
),

final as (
    select
        'COLLEGE_STOP_OUT' as indicator_code,
        '1.0' as indicator_version,
        {{ ind_judged() }}
    from judged
)

select * from final
