-- One row per person and career pathway with a college spell in it: credits earned in its programs.
with participants as (
    select * from {{ ref('int_pathway__participant') }}
    where is_in_postsecondary
),

courses as (select * from {{ ref('fct_postsecondary_course') }}),

programs as (select * from {{ ref('int_pathway__program') }}),

availability as (select * from {{ ref('availability') }}),

parameters as ({{ ind_parameters('AQCP', ['window_years', 'min_credits']) }}),

windows as (
    select
        participants.*,
        {{ ind_years_after('participants.entry_date', 'parameters.window_years') }} as closes,
        cast(parameters.min_credits as numeric) as min_credits
    from participants
    cross join parameters
),

earned as (
    select windows.unit_id
    from windows
    inner join courses
        on
            windows.person_id = courses.person_id
            and windows.entry_date <= courses.begin_date
            and windows.closes >= courses.begin_date
    inner join programs on courses.cip_code = programs.cip_code and windows.pathway_code = programs.pathway_code
    group by windows.unit_id, windows.min_credits
    having sum(courses.credits_earned) >= windows.min_credits
),

judged as (
    select
        cast(windows.entry_year as text) as cohort_period,
        {{ ind_pathway_unit('windows') }},
        coalesce(windows.closes <= availability.last_postsecondary_date, false) as is_available,
        case when earned.unit_id is not null then 'unit_record' end as found_in,
        cast(null as text) as employer_key
    from windows
    cross join availability
    left join earned on windows.unit_id = earned.unit_id
),

final as (
    select
        'AQCP_CREDITS' as indicator_code,
        '1.0' as indicator_version,
        {{ ind_judged() }},
        pathway_code
    from judged
)

select * from final
