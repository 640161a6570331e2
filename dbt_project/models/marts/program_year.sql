-- One row per school or institution, program of instruction and year: who took part, and what was earned.
with courses as (select * from {{ ref('fct_cte_course') }}),

concentrators as (select * from {{ ref('int_k12__concentrator') }}),

enrollments as (select * from {{ ref('fct_postsecondary_enrollment') }}),

awards as (select * from {{ ref('fct_postsecondary_award') }}),

counted as (
    select
        'school' as organization_level,
        school_id as organization_id,
        cip_code,
        school_year as year,
        count(distinct person_id) as participant_count,
        count(distinct person_id) filter (where is_passed) as passed_count,
        sum(credits_earned) as credits_earned,
        0 as concentrator_count,
        0 as award_count
    from courses
    group by school_id, cip_code, school_year

    union all

    select
        'school' as organization_level,
        school_id as organization_id,
        cip_code,
        last_school_year as year,
        0 as participant_count,
        0 as passed_count,
        0 as credits_earned,
        count(*) as concentrator_count,
        0 as award_count
    from concentrators
    group by school_id, cip_code, last_school_year

    union all

    select
        'institution' as organization_level,
        institution_key as organization_id,
        cip_code,
        {{ academic_year_of('begin_date') }} as year,
        count(distinct person_id) as participant_count,
        count(distinct person_id) filter (where credits_earned > 0) as passed_count,
        sum(credits_earned) as credits_earned,
        0 as concentrator_count,
        0 as award_count
    from enrollments
    where not is_dual
    group by institution_key, cip_code, {{ academic_year_of('begin_date') }}

    union all

    select
        'institution' as organization_level,
        institution_key as organization_id,
        cip_code,
        {{ academic_year_of('award_date') }} as year,
        0 as participant_count,
        0 as passed_count,
        0 as credits_earned,
        0 as concentrator_count,
        count(*) as award_count
    from awards
    where award_date is not null
    group by institution_key, cip_code, {{ academic_year_of('award_date') }}
),

final as (
    select
        organization_level,
        organization_id,
        cip_code,
        year,
        cast(sum(participant_count) as bigint) as participant_count,
        cast(sum(passed_count) as bigint) as passed_count,
        cast(sum(credits_earned) as numeric(14, 2)) as credits_earned,
        cast(sum(concentrator_count) as bigint) as concentrator_count,
        cast(sum(award_count) as bigint) as award_count
    from counted
    where cip_code is not null and organization_id is not null
    group by organization_level, organization_id, cip_code, year
)

select * from final
