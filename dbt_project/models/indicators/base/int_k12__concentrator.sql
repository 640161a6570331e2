-- One row per CTE concentrator: the program in which the person passed most courses.
with courses as (select * from {{ ref('fct_cte_course') }}),

programs as (select * from {{ ref('dim_program') }}),

parameters as ({{ ind_parameters('PERKINS_SECONDARY', ['min_courses', 'min_credits', 'scope', 'allowed_levels']) }}),

passed as (
    select
        courses.person_id,
        courses.cip_code,
        count(distinct courses.course_code) as course_count,
        sum(courses.credits_earned) as credits_earned,
        max(courses.school_year) as last_school_year,
        (array_agg(courses.school_id order by courses.school_year desc, courses.school_id asc))[1] as school_id
    from courses
    cross join parameters
    where
        courses.is_passed
        and (
            courses.course_level is null or courses.course_level = any(string_to_array(parameters.allowed_levels, '|'))
        )
    group by courses.person_id, courses.cip_code
),

scoped as (
    select
        passed.*,
        programs.career_cluster_code,
        case when parameters.scope = 'cluster' then programs.career_cluster_code else passed.cip_code end as scope_code,
        cast(parameters.min_courses as integer) as min_courses,
        cast(parameters.min_credits as numeric) as min_credits
    from passed
    cross join parameters
    left join programs on passed.cip_code = programs.cip_code
),

counted as (
    select
        *,
        sum(course_count) over (partition by person_id, scope_code) as scope_course_count,
        sum(credits_earned) over (partition by person_id, scope_code) as scope_credits_earned
    from scoped
),

final as (
    select distinct on (person_id)
        person_id,
        cip_code,
        career_cluster_code,
        scope_course_count as course_count,
        scope_credits_earned as credits_earned,
        last_school_year,
        school_id
    from counted
    where scope_course_count >= min_courses and coalesce(scope_credits_earned, 0) >= min_credits
    order by person_id asc, scope_course_count desc, course_count desc, last_school_year desc, cip_code asc
)

select * from final
