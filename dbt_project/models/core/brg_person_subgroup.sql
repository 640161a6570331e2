-- One row per person with a school, college or workforce program record, and subgroup dimension.
with people as (
    select * from {{ ref('dim_person') }}
    where has_k12_record or has_postsecondary_record or has_wioa_record
),

statuses as (select * from {{ ref('fct_k12_status') }}),

participations as (select * from {{ ref('fct_wioa_participation') }}),

college_terms as (select * from {{ ref('fct_postsecondary_enrollment') }}),

aid as (select * from {{ ref('fct_financial_aid') }}),

dimensions as (
    select subgroup_dimension
    from (
        values
        ('economic_disadvantage'), ('english_learner'), ('idea'), ('homeless'), ('foster_care'),
        ('migrant'), ('military_connected'), ('single_parent'), ('out_of_workforce')
    ) as listed (subgroup_dimension)
),

in_high_school as (
    select distinct
        person_id,
        status_type as subgroup_dimension
    from statuses
),

at_program_entry as ({{ core_pirl_statuses('participations') }}),

-- A Pell grant goes to students of low income. Taking courses in high school, nobody can have one.
in_college as (
    select
        person_id,
        case when is_pell_recipient then '1' else '0' end as code
    from college_terms
    where is_pell_recipient is not null and not is_dual

    union all

    select
        person_id,
        '1' as code
    from aid
    where aid_type = 'pell'
),

-- What is told of people whom no school knows; a yes anywhere counts.
told_later as (
    select
        person_id,
        subgroup_dimension,
        max(code) as code
    from (
        select
            person_id,
            status_type as subgroup_dimension,
            code
        from at_program_entry
        union all
        select
            person_id,
            'economic_disadvantage' as subgroup_dimension,
            code
        from in_college
    ) as told
    where code in ('0', '1')
    group by person_id, subgroup_dimension
),

final as (
    select
        people.person_id,
        demographics.subgroup_dimension,
        coalesce(demographics.subgroup, 'unknown') as subgroup
    from people
    cross join
        lateral (
            values ('sex', people.sex), ('race_ethnicity', people.race_ethnicity)
        ) as demographics (subgroup_dimension, subgroup)

    union all

    -- For someone whom the schools know, no report of a status means that it was not held.
    select
        people.person_id,
        dimensions.subgroup_dimension,
        case
            when
                in_high_school.person_id is not null or told_later.code = '1' and not people.has_k12_record
                then 'yes'
            when people.has_k12_record or told_later.code = '0' then 'no'
            else 'unknown'
        end as subgroup
    from people
    cross join dimensions
    left join in_high_school
        on
            people.person_id = in_high_school.person_id
            and dimensions.subgroup_dimension = in_high_school.subgroup_dimension
    left join told_later
        on
            people.person_id = told_later.person_id
            and dimensions.subgroup_dimension = told_later.subgroup_dimension
)

select * from final
