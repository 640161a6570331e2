-- One row per person and career pathway: entry, last day, whether the person has left, first credential.
with activities as (select * from {{ ref('int_pathway__activity') }}),

credentials as (select * from {{ ref('int_pathway__credential') }}),

programs as (select * from {{ ref('dim_program') }}),

schools as (select * from {{ ref('dim_school') }}),

availability as (select * from {{ ref('availability') }}),

parameters as ({{ ind_parameters('AQCP', ['leaver_gap_days', 'workforce_gap_days']) }}),

spans as (
    select
        person_id,
        pathway_code,
        min(begin_date) as entry_date,
        max(end_date) as last_date,
        bool_or(agency = 'k12') as is_in_k12,
        bool_or(agency = 'postsecondary') as is_in_postsecondary,
        bool_or(agency = 'workforce') as is_in_workforce,
        (array_agg(organization_id order by begin_date asc, agency asc, organization_id asc))[1] as school_id,
        (array_agg(cip_code order by begin_date asc, agency asc, cip_code asc))[1] as cip_code
    from activities
    group by person_id, pathway_code
),

-- The day to which every agency that has sent anything has sent it.
known as (
    select
        least(make_date(last_k12_school_year, 6, 30), last_postsecondary_date, last_pirl_date) as known_to
    from availability
),

completed as (
    select
        spans.person_id,
        spans.pathway_code,
        min(credentials.award_date) as completion_date
    from spans
    inner join credentials
        on
            spans.person_id = credentials.person_id
            and spans.pathway_code = credentials.pathway_code
            and spans.entry_date <= credentials.award_date
    group by spans.person_id, spans.pathway_code
),

final as (
    select
        cast(spans.person_id as text) || '|' || spans.pathway_code as unit_id,
        spans.person_id,
        spans.pathway_code,
        spans.school_id,
        schools.district_id,
        spans.cip_code,
        programs.career_cluster_code,
        spans.entry_date,
        {{ academic_year_of('spans.entry_date') }} as entry_year,
        spans.last_date,
        {{ academic_year_of('spans.last_date') }} as last_year,
        spans.is_in_k12,
        spans.is_in_postsecondary,
        spans.is_in_workforce,
        known.known_to,
        spans.last_date + cast(
            case
                when spans.is_in_k12 or spans.is_in_postsecondary then parameters.leaver_gap_days
                else parameters.workforce_gap_days
            end as integer
        ) <= known.known_to as has_left,
        completed.completion_date
    from spans
    cross join known
    cross join parameters
    left join completed on spans.person_id = completed.person_id and spans.pathway_code = completed.pathway_code
    left join programs on spans.cip_code = programs.cip_code
    left join schools on spans.school_id = schools.school_id
)

select * from final
