-- One row per period of participation that ended and had education or training: a credential to one year after exit.
with exiters as (
    select * from {{ ref('int_wioa__exiter') }}
    where quarter_after_exit = 4
),

participations as (select * from {{ ref('fct_wioa_participation') }}),

credentials as (select * from {{ ref('int_person__recognized_credential') }}),

diplomas as (select * from {{ ref('fct_diploma') }}),

college as (select * from {{ ref('fct_postsecondary_enrollment') }}),

wages as (select * from {{ ref('fct_wage_quarter') }}),

availability as (select * from {{ ref('availability') }}),

-- In education or training: any but on-the-job and customized training alone, or a youth who was in school at entry.
-- Who had only the employment service is not asked for a credential.
learners as (
    select
        exiters.*,
        exiters.program_exit_date + 1 as opens,
        exiters.program_exit_date + 365 as closes,
        participations.exit_quarter_index,
        participations.type_of_recognized_credential_code,
        participations.credential_date
    from exiters
    inner join participations
        on
            exiters.person_id = participations.person_id
            and exiters.program_entry_date = participations.program_entry_date
    where
        (
            participations.is_in_secondary
            or participations.is_in_postsecondary
            or (participations.is_youth and coalesce(participations.school_status_at_entry_code, '') in ('1', '2', '3'))
            or (
                participations.is_trained
                and coalesce(participations.type_of_training_service_code, '') not in ('00', '01', '05')
            )
            or coalesce(participations.type_of_training_service_2_code, '00') not in ('00', '01', '05')
            or coalesce(participations.type_of_training_service_3_code, '00') not in ('00', '01', '05')
        )
        and (
            participations.is_adult or participations.is_dislocated_worker or participations.is_youth
            or participations.is_adult_education or not participations.is_wagner_peyser
        )
),

credentialed as (
    select
        learners.unit_id,
        max(credentials.evidence_source) as evidence_source
    from learners
    inner join credentials
        on
            learners.person_id = credentials.person_id
            and credentials.award_date between learners.program_entry_date and learners.closes
    group by learners.unit_id
),

enrolled as ({{ ind_first_spell('learners') }}),

-- A secondary diploma counts only with a job or further education within the year after exit.
graduated as (
    select distinct learners.unit_id
    from learners
    left join diplomas
        on
            learners.person_id = diplomas.person_id
            and diplomas.diploma_treatment in ('regular', 'alternate', 'equivalency')
            and diplomas.diploma_date between learners.program_entry_date and learners.closes
    left join enrolled on learners.unit_id = enrolled.unit_id
    left join wages
        on
            learners.person_id = wages.person_id
            and wages.quarter_index between learners.exit_quarter_index + 1 and learners.exit_quarter_index + 4
            and wages.wage_usd > 0
    where
        (
            diplomas.person_id is not null
            or (
                learners.type_of_recognized_credential_code = '1'
                and learners.credential_date between learners.program_entry_date and learners.closes
            )
        )
        and (enrolled.unit_id is not null or wages.person_id is not null or learners.supplemental_source is not null)
),

judged as (
    select
        {{ ind_wioa_unit('learners') }},
        learners.is_available and coalesce(learners.closes <= availability.last_pirl_date, false) as is_available,
        coalesce(
            credentialed.evidence_source, case when graduated.unit_id is not null then 'diploma_record' end
        ) as found_in,
        cast(null as text) as employer_key
    from learners
    cross join availability
    left join credentialed on learners.unit_id = credentialed.unit_id
    left join graduated on learners.unit_id = graduated.unit_id
),

final as (
    select
        'WIOA_CREDENTIAL' as indicator_code,
        '1.0' as indicator_version,
        {{ ind_judged() }}
    from judged
)

select * from final
