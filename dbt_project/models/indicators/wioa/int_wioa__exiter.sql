-- One row per period of participation that ended and is not excluded, and measured quarter, second and fourth.
with participations as (select * from {{ ref('fct_wioa_participation') }}),

exclusions as (select * from {{ ref('pirl_exit_exclusion') }}),

wages as (select * from {{ ref('fct_wage_quarter') }}),

programs as (select * from {{ ref('dim_program') }}),

availability as (select * from {{ ref('availability') }}),

-- The answers of the PIRL for the measured quarter stand beside it.
exits as (
    select
        participations.person_id,
        participations.program_entry_date,
        participations.program_exit_date,
        participations.exit_program_year,
        participations.training_cip_code,
        participations.is_youth,
        participations.retention_with_same_employer_code,
        answers.quarter_after_exit,
        participations.exit_quarter_index + answers.quarter_after_exit as measured_quarter_index,
        answers.employed_code,
        answers.match_code,
        answers.placement_code
    from participations
    cross join
        lateral (
            values
            (
                2,
                participations.employed_2nd_quarter_after_exit_code,
                participations.employment_match_2nd_quarter_after_exit_code,
                participations.youth_placement_2nd_quarter_code
            ),
            (
                4,
                participations.employed_4th_quarter_after_exit_code,
                participations.employment_match_4th_quarter_after_exit_code,
                participations.youth_placement_4th_quarter_code
            )
        ) as answers (quarter_after_exit, employed_code, match_code, placement_code)
    left join exclusions
        on participations.other_reasons_for_exit_code = exclusions.other_reasons_for_exit_code
    where
        participations.program_exit_date is not null
        and not coalesce(
            case when participations.is_youth then exclusions.excludes_youth else exclusions.excludes_adult end, false
        )
),

final as (
    select
        'PY' || cast(exits.exit_program_year as text) as cohort_period,
        cast(exits.person_id as text) || '|' || cast(exits.program_entry_date as text) as unit_id,
        exits.person_id,
        exits.program_entry_date,
        exits.program_exit_date,
        exits.quarter_after_exit,
        exits.measured_quarter_index,
        exits.training_cip_code as cip_code,
        programs.career_cluster_code,
        exits.is_youth,
        coalesce(exits.measured_quarter_index <= availability.last_wage_quarter_index, false) as is_available,
        coalesce(wages.wage_usd, 0) as wage_usd,
        case when wages.wage_usd > 0 then wages.primary_employer_key end as employer_key,
        -- Evidence beside wages: the military and apprenticeships, then federal employment and verified work.
        case
            when exits.employed_code in ('2', '3') or exits.match_code = '3' then 'military_or_apprenticeship_record'
            when exits.match_code in ('2', '4') then 'program_record'
        end as supplemental_source,
        exits.placement_code in ('1', '2', '3') as is_placed_in_education,
        exits.retention_with_same_employer_code = '1' as is_reported_retained
    from exits
    cross join availability
    left join wages
        on
            exits.person_id = wages.person_id
            and exits.measured_quarter_index = wages.quarter_index
    left join programs on exits.training_cip_code = programs.cip_code
    -- Exits measured before the first delivered wages cannot be judged, ever.
    where coalesce(exits.measured_quarter_index >= availability.first_wage_quarter_index, true)
)

select * from final
