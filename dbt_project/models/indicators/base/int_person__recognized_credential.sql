-- One row per person, day and kind of evidence of a recognized postsecondary credential.
with awards as (select * from {{ ref('fct_credential_award') }}),

recognitions as (select * from {{ ref('credential_recognition') }}),

-- The same credential from two sources is one: what counts is the day, and the record that shows it.
final as (
    select distinct
        awards.person_id,
        awards.award_date,
        recognitions.evidence_source
    from awards
    inner join recognitions
        on
            awards.reported_by = recognitions.reported_by
            and coalesce(awards.credential_type, 'unknown') = recognitions.credential_type
    where recognitions.is_recognized and awards.award_date is not null
)

select * from final
