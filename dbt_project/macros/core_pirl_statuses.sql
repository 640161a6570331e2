{#- What the PIRL asks at program entry, of each row of a relation of participations, under the names that schools use: person_id,
    program_entry_date, status_type, code (1, 0, 9). It knows neither migrants nor parents on duty. -#}
{% macro core_pirl_statuses(relation) %}
    select
        {{ relation }}.person_id,
        {{ relation }}.program_entry_date,
        answers.status_type,
        answers.code
    from {{ relation }}
    cross join
        lateral (
            values
            ('economic_disadvantage', {{ relation }}.low_income_code),
            ('english_learner', {{ relation }}.english_language_learner_code),
            ('idea', {{ relation }}.individual_with_a_disability_code),
            ('homeless', {{ relation }}.homeless_individual_code),
            ('foster_care', {{ relation }}.foster_care_youth_code),
            ('single_parent', {{ relation }}.single_parent_code),
            ('out_of_workforce', {{ relation }}.displaced_homemaker_code)
        ) as answers (status_type, code)
{% endmacro %}
