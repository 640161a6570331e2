-- One row per CTE participant: on track to concentrate a year after the first course passed.
with courses as (
    select * from {{ ref('fct_cte_course') }}
    where is_passed
),

programs as (select * from {{ ref('dim_program') }}),

schools as (select * from {{ ref('dim_school') }}),

availability as (select * from {{ ref('availability') }}),

parameters as ({{ ind_parameters('CTE_ON_TRACK', ['window_years', 'min_courses']) }}),

participants as (
    select distinct on (person_id)
        person_id,
        school_id,
        cip_code,
        school_year as first_school_year
    from courses
    order by person_id asc, school_year asc, cip_code asc, course_code asc
),

-- Enough courses of one program, by the end of the window.
programs_reached as (
    select
        courses.person_id,
        courses.cip_code
    from courses
    inner join participants on courses.person_id = participants.person_id
    cross join parameters
    where courses.school_year <= participants.first_school_year + cast(parameters.window_years as integer)
    group by courses.person_id, courses.cip_code, parameters.min_courses
    having count(distinct courses.course_code) >= cast(parameters.min_courses as integer)
),

reached as (select distinct person_id from programs_reached),

judged as (
    select
        cast(participants.first_school_year as text) as cohort_period,
        cast(participants.person_id as text) as unit_id,
        participants.person_id,
        participants.school_id,
        schools.district_id,
        participants.cip_code,
        programs.career_cluster_code,
        participants.first_school_year + cast(parameters.window_years as integer) <= availability.last_k12_school_year
            as is_available,
        case when reached.person_id is not null then 'k12_record' end as found_in,
        cast(null as text) as employer_key
    from participants
    cross join availability
    cross join parameters
    left join reached on participants.person_id = reached.person_id
    left join programs on participants.cip_code = programs.cip_code
    left join schools on participants.school_id = schools.school_id
),

final as (
    select
        'CTE_ON_TRACK' as indicator_code,
        '1.0' as indicator_version,
        {{ ind_judged() }}
    from judged
)

select * from final
