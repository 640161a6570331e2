-- One row per person, period of participation (date of program entry), type of skill gain and date.
with people as ({{ core_people('wioa') }}),

records as (select * from {{ ref('stg_wioa__pirl_keyed') }}),

-- Every report is read: a report names the latest gain of a type only, and an earlier one may have counted in its year.
final as (
    select distinct
        people.person_id,
        records.program_entry_date,
        gains.gain_type,
        gains.gain_date
    from records
    inner join people on records.unique_individual_identifier = people.source_key
    cross join
        lateral (
            values
            ('educational_functioning_level', records.skill_gain_educational_functioning_level_date),
            (
                'secondary_diploma',
                case when records.type_of_recognized_credential = '1' then records.credential_date end
            ),
            ('postsecondary_transcript', records.skill_gain_postsecondary_transcript_date),
            ('secondary_transcript', records.skill_gain_secondary_transcript_date),
            ('training_milestone', records.skill_gain_training_milestone_date),
            ('skills_progression', records.skill_gain_skills_progression_date)
        ) as gains (gain_type, gain_date)
    where gains.gain_date is not null
)

select * from final
