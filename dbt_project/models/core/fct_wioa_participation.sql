-- One row per person and period of participation (date of program entry).
with people as ({{ core_people('wioa') }}),

records as (select * from {{ ref('stg_wioa__pirl_keyed') }}),

-- A period is reported again in each program year until its outcomes are final: the newest report holds.
final as (
    select distinct on (people.person_id, records.program_entry_date)
        people.person_id,
        records.program_entry_date,
        records.program_exit_date,
        control.quarter_index(records.program_exit_date) as exit_quarter_index,
        cast(extract(year from records.program_exit_date - interval '6 months') as integer) as exit_program_year,
        coalesce(records.adult <> '0', false) as is_adult,
        coalesce(records.dislocated_worker <> '0', false) as is_dislocated_worker,
        coalesce(records.youth <> '0', false) as is_youth,
        coalesce(records.adult_education = '1', false) as is_adult_education,
        coalesce(records.wagner_peyser = '1', false) as is_wagner_peyser,
        records.other_reasons_for_exit as other_reasons_for_exit_code,
        records.employment_status_at_entry as employment_status_at_entry_code,
        records.highest_education_level as highest_education_level_code,
        records.school_status_at_entry as school_status_at_entry_code,
        records.low_income as low_income_code,
        records.english_language_learner as english_language_learner_code,
        records.individual_with_a_disability as individual_with_a_disability_code,
        records.homeless_individual as homeless_individual_code,
        records.foster_care_youth as foster_care_youth_code,
        records.single_parent as single_parent_code,
        records.displaced_homemaker as displaced_homemaker_code,
        coalesce(records.received_training = '1', false) as is_trained,
        records.type_of_training_service as type_of_training_service_code,
        records.type_of_training_service_2 as type_of_training_service_2_code,
        records.type_of_training_service_3 as type_of_training_service_3_code,
        records.training_cip_code,
        coalesce(records.training_completed = '1', false) as is_training_completed,
        coalesce(records.secondary_during_program = '1', false) as is_in_secondary,
        coalesce(records.postsecondary_during_program = '1', false) as is_in_postsecondary,
        coalesce(records.education_or_training_begin_date, records.training_begin_date) as education_begin_date,
        records.education_or_training_end_date as education_end_date,
        records.employed_2nd_quarter_after_exit as employed_2nd_quarter_after_exit_code,
        records.employment_match_2nd_quarter_after_exit as employment_match_2nd_quarter_after_exit_code,
        records.employed_4th_quarter_after_exit as employed_4th_quarter_after_exit_code,
        records.employment_match_4th_quarter_after_exit as employment_match_4th_quarter_after_exit_code,
        records.retention_with_same_employer as retention_with_same_employer_code,
        records.youth_placement_2nd_quarter as youth_placement_2nd_quarter_code,
        records.youth_placement_4th_quarter as youth_placement_4th_quarter_code,
        -- 999999.99 stands for wages that are not yet available.
        nullif(records.wages_2nd_quarter_after_exit, 999999.99) as wages_2nd_quarter_after_exit_usd,
        records.type_of_recognized_credential as type_of_recognized_credential_code,
        records.credential_date,
        records.type_of_recognized_credential_2 as type_of_recognized_credential_2_code,
        records.credential_date_2,
        records.type_of_recognized_credential_3 as type_of_recognized_credential_3_code,
        records.credential_date_3,
        cast(records.period as integer) as last_reported_program_year
    from records
    inner join people on records.unique_individual_identifier = people.source_key
    order by
        people.person_id asc, records.program_entry_date asc,
        records.period desc, records.delivery_id desc, records.row_number desc
)

select * from final
