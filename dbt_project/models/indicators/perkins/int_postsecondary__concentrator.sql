-- One row per postsecondary CTE concentrator: the program below a bachelor degree with most credits earned.
with college as (select * from {{ ref('fct_postsecondary_enrollment') }}),

awards as (select * from {{ ref('fct_postsecondary_award') }}),

institutions as (select * from {{ ref('dim_institution') }}),

programs as (select * from {{ ref('dim_program') }}),

parameters as ({{ ind_parameters('PERKINS_POSTSECONDARY', ['min_credits', 'institution_levels']) }}),

studied as (
    select
        college.person_id,
        college.cip_code,
        programs.career_cluster_code,
        cast(parameters.min_credits as numeric) as min_credits,
        sum(college.credits_earned) as credits_earned,
        min(college.begin_date) as first_date,
        max(college.end_date) as last_date
    from college
    cross join parameters
    inner join institutions on college.institution_key = institutions.institution_key
    inner join programs on college.cip_code = programs.cip_code
    where
        college.evidence_source = 'unit_record'
        and not college.is_dual
        and programs.career_cluster_code is not null
        and institutions.institution_level = any(string_to_array(parameters.institution_levels, '|'))
    group by college.person_id, college.cip_code, programs.career_cluster_code, parameters.min_credits
),

-- A program shorter than the credits that make a concentrator makes one by being completed.
completed as (
    select
        studied.person_id,
        studied.cip_code,
        min(awards.award_date) as completion_date
    from studied
    inner join awards
        on
            studied.person_id = awards.person_id
            and studied.cip_code = awards.cip_code
            and studied.first_date <= awards.award_date
    where awards.evidence_source = 'unit_record'
    group by studied.person_id, studied.cip_code
),

final as (
    select distinct on (studied.person_id)
        studied.person_id,
        studied.cip_code,
        studied.career_cluster_code,
        studied.credits_earned,
        studied.first_date,
        studied.last_date,
        completed.completion_date
    from studied
    left join completed on studied.person_id = completed.person_id and studied.cip_code = completed.cip_code
    where coalesce(studied.credits_earned, 0) >= studied.min_credits or completed.person_id is not null
    order by
        studied.person_id asc, studied.credits_earned desc nulls last, studied.last_date desc, studied.cip_code asc
)

select * from final
