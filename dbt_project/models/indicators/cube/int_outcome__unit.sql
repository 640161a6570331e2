-- One row per counted unit of an indicator, with the numbers of what it counts in.
with delivered as (select * from {{ ref('outcome') }}),

people as (select * from {{ ref('dim_person') }}),

employers as (
    select
        employer_key,
        cast(row_number() over (order by employer_key) as integer) as employer_number
    from {{ ref('dim_employer') }}
),

cohorts as (
    select * from {{ ref('int_cube__cohort') }}
    where cohort_period = counted_in
),

organizations as (
    select * from {{ ref('int_cube__organization') }}
    where organization_level = 'state'
),

programs as (
    select * from {{ ref('int_cube__program') }}
    where pathway_level = 'all'
),

students as (select distinct person_id from {{ ref('fct_postsecondary_enrollment') }}),

-- Unlinked: not met, and the person has no record at all in any of the sources that could have shown it.
final as (
    select
        delivered.person_id,
        cohorts.cohort_key,
        organizations.organization_key,
        programs.program_key,
        employers.employer_number,
        delivered.outcome <> 'not_yet_available' as is_judged,
        delivered.outcome = 'yes' as is_met,
        delivered.outcome = 'no'
        and (cohorts.in_wages or cohorts.in_college)
        and not coalesce(cohorts.in_wages and people.has_wage_record, false)
        and not (cohorts.in_college and students.person_id is not null) as is_unlinked,
        delivered.amount_usd
    from delivered
    -- One text on either side: of several conditions PostgreSQL expects hardly any rows, and joins row by row.
    inner join cohorts
        on
            {{ ind_named('delivered', ['indicator_code', 'indicator_version', 'cohort_period']) }}
            = {{ ind_named('cohorts', ['indicator_code', 'indicator_version', 'cohort_period']) }}
    inner join organizations
        on
            {{ ind_named('delivered', ['school_id', 'district_id']) }}
            = {{ ind_named('organizations', ['school_id', 'district_id']) }}
    inner join programs
        on
            {{ ind_named('delivered', ['cip_code', 'career_cluster_code', 'pathway_code']) }}
            = {{ ind_named('programs', ['cip_code', 'career_cluster_code', 'pathway_code']) }}
    left join people on delivered.person_id = people.person_id
    left join students on delivered.person_id = students.person_id
    left join employers on delivered.employer_key = employers.employer_key
)

select * from final
