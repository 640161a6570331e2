-- One row per person and career pathway with training of a workforce program in it: a measurable skill gain.
with participants as (
    select * from {{ ref('int_pathway__participant') }}
    where is_in_workforce
),

gains as (select * from {{ ref('fct_wioa_skill_gain') }}),

availability as (select * from {{ ref('availability') }}),

parameters as ({{ ind_parameters('AQCP', ['window_years']) }}),

windows as (
    select
        participants.*,
        {{ ind_years_after('participants.entry_date', 'parameters.window_years') }} as closes
    from participants
    cross join parameters
),

gained as (
    select distinct windows.unit_id
    from windows
    inner join gains
        on
            windows.person_id = gains.person_id
            and gains.gain_date between windows.entry_date and windows.closes
),

judged as (
    select
        cast(windows.entry_year as text) as cohort_period,
        {{ ind_pathway_unit('windows') }},
        coalesce(windows.closes <= availability.last_pirl_date, false) as is_available,
        case when gained.unit_id is not null then 'program_record' end as found_in,
        cast(null as text) as employer_key
    from windows
    cross join availability
    left join gained on windows.unit_id = gained.unit_id
),

final as (
    select
        'AQCP_SKILL_GAIN' as indicator_code,
        '1.0' as indicator_version,
        {{ ind_judged() }},
        pathway_code
    from judged
)

select * from final
