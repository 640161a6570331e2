-- One row per participant and period of participation, without names, social security number and birth date.
with delivered as (select * from {{ ref('stg_wioa__pirl') }}),

final as (
    select
        delivery_id, row_number, period, unique_individual_identifier,
        cast(extract(year from birthdate) as integer) as birth_year, adult, adult_education, credential_date,
        credential_date_2, credential_date_3, dislocated_worker, displaced_homemaker,
        education_or_training_begin_date, education_or_training_end_date, employed_2nd_quarter_after_exit,
        employed_4th_quarter_after_exit, employment_match_2nd_quarter_after_exit,
        employment_match_4th_quarter_after_exit, employment_status_at_entry, english_language_learner,
        foster_care_youth, highest_education_level, homeless_individual, individual_with_a_disability, low_income,
        other_reasons_for_exit, postsecondary_during_program, program_entry_date, program_exit_date,
        received_training, retention_with_same_employer, school_status_at_entry, secondary_during_program,
        single_parent, skill_gain_educational_functioning_level_date, skill_gain_postsecondary_transcript_date,
        skill_gain_secondary_transcript_date, skill_gain_skills_progression_date, skill_gain_training_milestone_date,
        training_begin_date, training_begin_date_2, training_begin_date_3, training_cip_code, training_completed,
        training_end_date, training_end_date_2, training_end_date_3, type_of_recognized_credential,
        type_of_recognized_credential_2, type_of_recognized_credential_3, type_of_training_service,
        type_of_training_service_2, type_of_training_service_3, wages_2nd_quarter_after_exit, wagner_peyser, youth,
        youth_placement_2nd_quarter, youth_placement_4th_quarter, sex, hispanic_or_latino_ethnicity,
        american_indian_or_alaska_native, asian, black_or_african_american,
        native_hawaiian_or_other_pacific_islander, white
    from delivered
)

select * from final
