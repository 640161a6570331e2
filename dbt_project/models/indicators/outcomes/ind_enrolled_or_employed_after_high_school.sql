-- One row per graduate with a regular diploma: college or wages in the second quarter after it.
with origins as (select * from {{ ref('int_outcome__origin') }}),

wages as (select * from {{ ref('fct_wage_quarter') }}),

college as (
    select * from {{ ref('fct_postsecondary_enrollment') }}
    where not is_dual
),

quarters as (select * from {{ ref('dim_calendar_quarter') }}),

availability as (select * from {{ ref('availability') }}),

units as (
    {{ ind_origin_quarter('high_school', 2, 2, 2) }}
),

enrolled as (
    select distinct on (units.unit_id)
        units.unit_id,
        college.evidence_source
    from units
    inner join quarters on units.measured_quarter_index = quarters.quarter_index
    inner join college
        on
            units.person_id = college.person_id
            and quarters.end_date >= college.begin_date
            and quarters.begin_date <= college.end_date
    order by units.unit_id asc, college.evidence_source desc
),

-- College and wages must both have come: what is missing would look like nothing.
judged as (
    select
        {{ ind_unit('units') }},
        units.earned_usd,
        units.is_available
        and coalesce(
            quarters.end_date <= least(availability.last_nsc_date, availability.last_postsecondary_date), true
        ) as is_available,
        enrolled.unit_id is not null or coalesce(wages.wage_usd > 0, false) as is_met,
        coalesce(enrolled.evidence_source, 'ui_wage') as evidence_source,
        case when wages.wage_usd > 0 then wages.primary_employer_key end as employer_key
    from units
    cross join availability
    inner join quarters on units.measured_quarter_index = quarters.quarter_index
    left join enrolled on units.unit_id = enrolled.unit_id
    left join wages
        on units.person_id = wages.person_id and units.measured_quarter_index = wages.quarter_index
),

final as (
    select
        'ENROLLED_OR_EMPLOYED_HS' as indicator_code,
        '1.0' as indicator_version,
        {{ ind_origin_columns() }}
    from judged
)

select * from final
