-- One row per postsecondary CTE concentrator who completed or left: a recognized credential to a year after it.
with concentrators as (select * from {{ ref('int_postsecondary__concentrator') }}),

college as (select * from {{ ref('fct_postsecondary_enrollment') }}),

credentials as (select * from {{ ref('int_person__recognized_credential') }}),

availability as (select * from {{ ref('availability') }}),

-- Left is who completed, else who is in no college any more: a year without an enrollment shows it.
leavers as (
    select
        cast(concentrators.person_id as text) as unit_id,
        concentrators.person_id,
        concentrators.cip_code,
        concentrators.career_cluster_code,
        concentrators.first_date,
        coalesce(concentrators.completion_date, max(college.end_date)) as leaving_date
    from concentrators
    inner join college on concentrators.person_id = college.person_id
    where not college.is_dual
    group by
        concentrators.person_id, concentrators.cip_code, concentrators.career_cluster_code,
        concentrators.first_date, concentrators.completion_date
),

credentialed as (
    select
        leavers.unit_id,
        max(credentials.evidence_source) as evidence_source
    from leavers
    inner join credentials
        on
            leavers.person_id = credentials.person_id
            and credentials.award_date between leavers.first_date and leavers.leaving_date + 365
    group by leavers.unit_id
),

judged as (
    select
        cast(extract(year from leavers.leaving_date + interval '6 months') as text) as cohort_period,
        leavers.unit_id,
        leavers.person_id,
        cast(null as text) as school_id,
        cast(null as text) as district_id,
        leavers.cip_code,
        leavers.career_cluster_code,
        coalesce(leavers.leaving_date + 365 <= availability.last_postsecondary_date, false) as is_available,
        credentialed.evidence_source as found_in,
        cast(null as text) as employer_key
    from leavers
    cross join availability
    left join credentialed on leavers.unit_id = credentialed.unit_id
),

final as (
    select
        'PERKINS_2P1' as indicator_code,
        '1.0' as indicator_version,
        {{ ind_judged() }}
    from judged
)

select * from final
