-- One row per person and calendar quarter from the year of the fourteenth birthday to the last that has been delivered.
{{ config(
    materialized='incremental',
    incremental_strategy='append',
    pre_hook="{{ increment_forget(status_inputs()) }}",
    post_hook="{{ increment_note(status_inputs()) }}"
) }}

with people as (select * from {{ ref('dim_person') }}),

spells as (select * from {{ ref('fct_k12_enrollment_spell') }}),

college as (select * from {{ ref('fct_postsecondary_enrollment') }}),

wages as (select * from {{ ref('fct_wage_quarter') }}),

diplomas as (select * from {{ ref('fct_diploma') }}),

observed as (select * from {{ ref('int_status__quarter') }}),

graduates as (
    select
        person_id,
        min(school_year) as graduation_year,
        control.quarter_index(min(diploma_date)) as diploma_quarter_index
    from diplomas
    where diploma_treatment = 'regular'
    group by person_id
),

-- Who has not left is in school to the end of the last school year that names the enrollment.
found as (
    select
        spells.person_id,
        in_school.quarter_index,
        true as in_school,
        false as in_college,
        cast(0 as numeric) as wage_usd
    from spells
    cross join
        lateral generate_series(
            control.quarter_index(spells.entry_date),
            control.quarter_index({{ core_enrolled_until('spells') }})
        ) as in_school (quarter_index)

    union all

    select
        college.person_id,
        in_college.quarter_index,
        false as in_school,
        true as in_college,
        0 as wage_usd
    from college
    cross join
        lateral generate_series(
            control.quarter_index(college.begin_date), control.quarter_index(college.end_date)
        ) as in_college (quarter_index)
    where not college.is_dual

    union all

    select
        person_id,
        quarter_index,
        false as in_school,
        false as in_college,
        wage_usd
    from wages
),

summed as (
    select
        found.person_id,
        found.quarter_index,
        bool_or(found.in_school) as is_in_school,
        bool_or(found.in_college) as is_enrolled,
        sum(found.wage_usd) as wage_usd
    from found
    {% if is_incremental() %}
        left join increment_changed as changed_quarter on found.quarter_index = changed_quarter.quarter_index
        left join increment_changed as changed_person on found.person_id = changed_person.person_id
        where changed_quarter.quarter_index is not null or changed_person.person_id is not null
    {% endif %}
    group by found.person_id, found.quarter_index
),

final as (
    select
        people.person_id,
        graduates.graduation_year,
        observed.quarter_index,
        observed.quarter_index - graduates.diploma_quarter_index as quarters_since_diploma,
        coalesce(summed.is_in_school, false) as is_in_school,
        coalesce(summed.is_enrolled, false) as is_enrolled,
        coalesce(summed.wage_usd > 0, false) as is_employed,
        cast(coalesce(summed.wage_usd, 0) as numeric(14, 2)) as wage_usd,
        {{ mart_status('summed.is_in_school', 'summed.is_enrolled', 'summed.wage_usd > 0') }} as status,
        observed.is_school_observed,
        observed.is_college_observed,
        observed.is_wage_observed
    from people
    inner join observed on people.birth_year + 14 <= observed.calendar_year
    left join graduates on people.person_id = graduates.person_id
    left join summed on people.person_id = summed.person_id and observed.quarter_index = summed.quarter_index
    {% if is_incremental() %}
        left join increment_changed as changed_quarter on observed.quarter_index = changed_quarter.quarter_index
        left join increment_changed as changed_person on people.person_id = changed_person.person_id
    {% endif %}
    where
        (people.has_k12_record or people.has_postsecondary_record or people.has_wioa_record)
        {% if is_incremental() %}
            and (changed_quarter.quarter_index is not null or changed_person.person_id is not null)
        {% endif %}
)

select * from final
