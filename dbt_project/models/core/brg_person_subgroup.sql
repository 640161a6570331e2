-- One row per person with a school, college or workforce program record, and subgroup dimension.
with people as (
    select * from {{ ref('dim_person') }}
    where has_k12_record or has_postsecondary_record or has_wioa_record
),

statuses as (select * from {{ ref('fct_k12_status') }}),

participations as (select * from {{ ref('fct_wioa_participation') }}),

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

-- What the PIRL asks at program entry, under the names that schools use. It knows neither migrants nor parents on duty.
at_program_entry as (
    select
        participations.person_id,
        answers.subgroup_dimension,
        max(answers.code) as code
    from participations
    cross join
        lateral (
            values
            ('economic_disadvantage', participations.low_income_code),
            ('english_learner', participations.english_language_learner_code),
            ('idea', participations.individual_with_a_disability_code),
            ('homeless', participations.homeless_individual_code),
            ('foster_care', participations.foster_care_youth_code),
            ('single_parent', participations.single_parent_code),
            ('out_of_workforce', participations.displaced_homemaker_code)
        ) as answers (subgroup_dimension, code)
    where answers.code in ('0', '1')
    group by participations.person_id, answers.subgroup_dimension
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
                in_high_school.person_id is not null or at_program_entry.code = '1' and not people.has_k12_record
                then 'yes'
            when people.has_k12_record or at_program_entry.code = '0' then 'no'
            else 'unknown'
        end as subgroup
    from people
    cross join dimensions
    left join in_high_school
        on
            people.person_id = in_high_school.person_id
            and dimensions.subgroup_dimension = in_high_school.subgroup_dimension
    left join at_program_entry
        on
            people.person_id = at_program_entry.person_id
            and dimensions.subgroup_dimension = at_program_entry.subgroup_dimension
)

select * from final
