-- One row per participant and period of participation.
with delivered as (
    {{ accepted_rows('wioa/pirl') }}
),

final as (
    select
        delivery_id,
        row_number,
        submitter,
        period,
        {{ as_integer('observation_number') }} as observation_number,
        {{ as_texts(['unique_individual_identifier', 'state_code_of_residence', 'county_code_of_residence', 'zip_code',
            'eligible_training_provider_name', 'training_cip_code', 'training_onet_code']) }},
        {{ as_code('sex', 'pirl_sex') }} as sex,
        {{ as_codes('pirl_yes_no_unknown', ['individual_with_a_disability', 'hispanic_or_latino_ethnicity',
            'american_indian_or_alaska_native', 'asian', 'black_or_african_american',
            'native_hawaiian_or_other_pacific_islander', 'white', 'homeless_individual', 'ex_offender', 'low_income',
            'english_language_learner', 'basic_skills_deficient', 'cultural_barriers', 'single_parent',
            'displaced_homemaker', 'retention_with_same_employer']) }},
        {{ as_codes('pirl_yes_no', ['veteran_status', 'long_term_unemployed', 'foster_care_youth', 'adult_education',
            'wagner_peyser', 'received_training', 'training_completed']) }},
        {{ as_code('employment_status_at_entry', 'pirl_employment_status') }} as employment_status_at_entry,
        {{ as_code('highest_education_level', 'pirl_education_level') }} as highest_education_level,
        {{ as_code('school_status_at_entry', 'pirl_school_status') }} as school_status_at_entry,
        {{ as_codes('pirl_funding', ['adult', 'dislocated_worker', 'youth']) }},
        {{ as_code('other_reasons_for_exit', 'pirl_other_reasons_for_exit') }} as other_reasons_for_exit,
        {{ as_code('type_of_training_service', 'pirl_training_type') }} as type_of_training_service,
        {{ as_code('type_of_recognized_credential', 'pirl_credential_type') }} as type_of_recognized_credential,
        {{ as_dates(['birthdate', 'program_entry_date', 'program_exit_date', 'training_begin_date', 'training_end_date',
            'credential_date', 'education_or_training_begin_date', 'education_or_training_end_date',
            'skill_gain_educational_functioning_level_date', 'skill_gain_postsecondary_transcript_date',
            'skill_gain_secondary_transcript_date', 'skill_gain_training_milestone_date',
            'skill_gain_skills_progression_date']) }},
        {{ as_codes('pirl_employed_after_exit', ['employed_1st_quarter_after_exit', 'employed_2nd_quarter_after_exit',
            'employed_3rd_quarter_after_exit', 'employed_4th_quarter_after_exit']) }},
        {{ as_codes('pirl_employment_match', ['employment_match_1st_quarter_after_exit',
            'employment_match_2nd_quarter_after_exit', 'employment_match_3rd_quarter_after_exit',
            'employment_match_4th_quarter_after_exit']) }},
        {{ as_decimals(['wages_3rd_quarter_prior', 'wages_2nd_quarter_prior', 'wages_1st_quarter_prior',
            'wages_1st_quarter_after_exit', 'wages_2nd_quarter_after_exit', 'wages_3rd_quarter_after_exit',
            'wages_4th_quarter_after_exit']) }},
        {{ as_texts([
            'category_of_disability', 'unemployment_compensation_eligible', 'training_onet_code_2', 'training_onet_code_3',
            'occupation_code_1st_quarter_after_exit', 'occupation_code_2nd_quarter_after_exit',
            'occupation_code_4th_quarter_after_exit', 'industry_code_1st_quarter_after_exit',
            'industry_code_2nd_quarter_after_exit', 'industry_code_3rd_quarter_after_exit',
            'industry_code_4th_quarter_after_exit', 'ssn']) }},
        {{ as_dates([
            'dislocation_date', 'training_begin_date_2', 'training_end_date_2', 'training_begin_date_3', 'training_end_date_3',
            'credential_date_2', 'credential_date_3']) }},
        {{ as_codes('pirl_yes_no', [
            'tanf', 'exhausting_tanf', 'ssi_or_ssdi', 'snap', 'incumbent_worker_training', 'rapid_response',
            'vocational_rehabilitation', 'snap_employment_and_training', 'training_completed_2', 'training_completed_3',
            'postsecondary_during_program', 'secondary_during_program']) }},
        {{ as_codes('pirl_training_type', ['type_of_training_service_2', 'type_of_training_service_3']) }},
        {{ as_codes('pirl_credential_type', ['type_of_recognized_credential_2', 'type_of_recognized_credential_3']) }},
        {{ as_code('employment_related_to_training', 'pirl_yes_no_unknown') }} as employment_related_to_training,
        {{ as_integer('highest_school_grade') }} as highest_school_grade,
        {{ as_codes('pirl_youth_placement', ['youth_placement_2nd_quarter', 'youth_placement_4th_quarter']) }}
    from delivered
)

select * from final
