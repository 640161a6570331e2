-- One row per person, reporting source, credential and award date.
with people as ({{ core_people('k12') }}),

k12_credentials as (select * from {{ ref('stg_k12__credentials') }}),

postsecondary_awards as (select * from {{ ref('fct_postsecondary_award') }}),

participations as (select * from {{ ref('fct_wioa_participation') }}),

k12 as (
    select
        people.person_id,
        'k12' as reported_by,
        k12_credentials.credential_code,
        max(k12_credentials.credential_name) as credential_name,
        max(k12_credentials.credential_type) as credential_type,
        k12_credentials.award_date,
        cast(null as text) as cip_code
    from k12_credentials
    inner join people on k12_credentials.student_id_state = people.source_key
    group by people.person_id, k12_credentials.credential_code, k12_credentials.award_date
),

-- Levels 3, 5 and above 6 are degrees; the rest are certificates below or after a degree.
postsecondary as (
    select
        person_id,
        'postsecondary' as reported_by,
        coalesce(award_level_code, 'unknown') || ':' || coalesce(cip_code, 'unknown') as credential_code,
        max(award_title) as credential_name,
        case
            when award_level_code in ('3', '5', '7', '17', '18', '19') then 'AcademicDegree'
            when award_level_code is not null then 'AcademicCertificate'
        end as credential_type,
        award_date,
        cip_code
    from postsecondary_awards
    group by person_id, award_level_code, cip_code, award_date
),

wioa as (
    select
        person_id,
        'wioa' as reported_by,
        'PIRL1800:' || type_of_recognized_credential_code as credential_code,
        cast(null as text) as credential_name,
        case type_of_recognized_credential_code
            when '1' then 'SecondaryDiplomaOrEquivalency'
            when '2' then 'AcademicDegree'
            when '3' then 'AcademicDegree'
            when '4' then 'OccupationalLicense'
            when '6' then 'IndustryCertification'
            else 'OtherOccupational'
        end as credential_type,
        credential_date as award_date,
        max(training_cip_code) as cip_code
    from participations
    where type_of_recognized_credential_code <> '0' and credential_date is not null
    group by person_id, type_of_recognized_credential_code, credential_date
),

final as (
    select * from k12
    union all
    select * from postsecondary
    union all
    select * from wioa
)

select * from final
