-- One row per person, career pathway, day and type of a recognized credential that belongs to the pathway.
-- A degree that the Clearinghouse alone tells of is of the type unknown, as in credential_recognition.
with awards as (select * from {{ ref('fct_credential_award') }}),

recognitions as (select * from {{ ref('credential_recognition') }}),

pathways as (select * from {{ ref('career_pathway') }}),

programs as (select * from {{ ref('int_pathway__program') }}),

recognized as (
    select
        awards.person_id,
        awards.reported_by,
        awards.credential_code,
        awards.award_date,
        awards.cip_code,
        recognitions.credential_type,
        recognitions.evidence_source
    from awards
    inner join recognitions
        on
            awards.reported_by = recognitions.reported_by
            and coalesce(awards.credential_type, 'unknown') = recognitions.credential_type
    where recognitions.is_recognized and awards.award_date is not null
),

-- By its program; what schools report has none, and is named by the pathway.
final as (
    select
        recognized.person_id,
        programs.pathway_code,
        recognized.award_date,
        recognized.credential_type,
        recognized.evidence_source
    from recognized
    inner join programs on recognized.cip_code = programs.cip_code

    union distinct

    select
        recognized.person_id,
        pathways.pathway_code,
        recognized.award_date,
        recognized.credential_type,
        recognized.evidence_source
    from recognized
    inner join pathways on recognized.credential_code = any(string_to_array(pathways.credential_codes, '|'))
    where recognized.reported_by = 'k12'
)

select * from final
