-- One row per person, institution, award date, level, title and program.
with college_people as ({{ core_people('postsecondary') }}),

k12_people as ({{ core_people('k12') }}),

awards as (select * from {{ ref('stg_postsecondary__awards') }}),

details as (select * from {{ ref('stg_nsc__details_keyed') }}),

institutions as (select * from {{ ref('dim_institution') }}),

unit_records as (
    select distinct
        college_people.person_id,
        coalesce(institutions.institution_key, awards.institution_id_ipeds) as institution_key,
        awards.award_date,
        awards.award_level as award_level_code,
        awards.award_title,
        awards.cip_code,
        'unit_record' as evidence_source
    from awards
    inner join college_people
        on awards.institution_id_ipeds || '|' || awards.student_id_institution = college_people.source_key
    left join institutions on awards.institution_id_ipeds = institutions.institution_id_ipeds
),

-- A degree that the institution has reported to the state as well is counted there: the unit record knows its level.
clearinghouse as (
    select distinct
        k12_people.person_id,
        details.institution_id_ope as institution_key,
        details.graduation_date as award_date,
        cast(null as text) as award_level_code,
        details.degree_title as award_title,
        details.degree_cip_1 as cip_code,
        'nsc' as evidence_source
    from details
    inner join k12_people on details.student_id_state = k12_people.source_key
    where
        details.graduated = 'Y'
        and details.institution_id_ope is not null
        and details.graduation_date is not null
        and not exists (
            select 1 from unit_records
            where
                unit_records.person_id = k12_people.person_id
                and unit_records.institution_key = details.institution_id_ope
                and abs(unit_records.award_date - details.graduation_date) <= 31
        )
),

final as (
    select * from unit_records
    union all
    select * from clearinghouse
)

select * from final
