-- One row per person, career pathway and activity in it: a course, a spell in college, a period of training.
with courses as (select * from {{ ref('fct_cte_course') }}),

college as (select * from {{ ref('fct_postsecondary_enrollment') }}),

participations as (select * from {{ ref('fct_wioa_participation') }}),

programs as (select * from {{ ref('int_pathway__program') }}),

availability as (select * from {{ ref('availability') }}),

-- School files tell no days of a course: the halves of the school year stand for them.
activities as (
    select
        person_id,
        'k12' as agency,
        school_id as organization_id,
        cip_code,
        case when term = 'spring' then make_date(school_year, 1, 1) else make_date(school_year - 1, 8, 15) end
            as begin_date,
        case when term = 'fall' then make_date(school_year - 1, 12, 31) else make_date(school_year, 6, 30) end
            as end_date,
        'k12_record' as evidence_source
    from courses

    union all

    select
        person_id,
        'postsecondary' as agency,
        institution_key as organization_id,
        cip_code,
        begin_date,
        end_date,
        evidence_source
    from college

    union all

    -- Who is still in the program was so on the last day that is reported.
    select
        participations.person_id,
        'workforce' as agency,
        cast(null as text) as organization_id,
        participations.training_cip_code as cip_code,
        participations.program_entry_date as begin_date,
        coalesce(participations.program_exit_date, availability.last_pirl_date) as end_date,
        'program_record' as evidence_source
    from participations
    cross join availability
    where participations.is_trained
),

final as (
    select distinct
        activities.person_id,
        programs.pathway_code,
        activities.agency,
        activities.organization_id,
        activities.cip_code,
        activities.begin_date,
        activities.end_date,
        activities.evidence_source
    from activities
    inner join programs on activities.cip_code = programs.cip_code
)

select * from final
