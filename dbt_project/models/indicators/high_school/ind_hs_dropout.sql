-- One row per person and school year in grades 9 to 12: left without a diploma and did not come back by 1 October.
with enrollments as (select * from {{ ref('fct_k12_enrollment') }}),

diplomas as (select * from {{ ref('fct_diploma') }}),

treatments as (select * from {{ ref('k12_exit_treatment') }}),

schools as (select * from {{ ref('dim_school') }}),

concentrators as (select * from {{ ref('int_k12__concentrator') }}),

availability as (select * from {{ ref('availability') }}),

last_of_year as (
    select distinct on (person_id, school_year)
        *,
        lead(entry_date) over (
            partition by person_id order by entry_date asc, exit_date asc nulls last, school_id desc
        ) as next_entry_date
    from enrollments
    order by person_id asc, school_year asc, entry_date desc, exit_date desc nulls first, school_id asc
),

-- Gone is who dropped out, and who was said to go or to stay and is found nowhere: a transfer in the state without a
-- later enrollment, one out of it without a document, a student expected back.
years as (
    select
        last_of_year.person_id,
        last_of_year.school_id,
        last_of_year.school_year,
        last_of_year.next_entry_date,
        coalesce(
            treatments.leaver_type in ('dropout', 'still_enrolled')
            or treatments.cohort_treatment = 'confirm_by_enrollment'
            or (treatments.leaver_type = 'transfer' and not last_of_year.is_exit_documented),
            true
        ) as is_gone
    from last_of_year
    left join treatments on last_of_year.exit_type_code = treatments.exit_type_code
),

completed as (
    select distinct
        years.person_id,
        years.school_year
    from years
    inner join diplomas
        on
            years.person_id = diplomas.person_id
            and make_date(years.school_year, 10, 1) >= diplomas.diploma_date
    where diplomas.diploma_treatment in ('regular', 'alternate', 'equivalency')
),

judged as (
    select
        cast(years.school_year as text) as cohort_period,
        cast(years.person_id as text) || '|' || cast(years.school_year as text) as unit_id,
        years.person_id,
        years.school_id,
        schools.district_id,
        concentrators.cip_code,
        concentrators.career_cluster_code,
        years.school_year < availability.last_k12_school_year as is_available,
        case
            when
                years.is_gone
                and coalesce(years.next_entry_date > make_date(years.school_year, 10, 1), true)
                and completed.person_id is null
                then 'k12_record'
        end as found_in,
        cast(null as text) as employer_key
    from years
    cross join availability
    left join completed on years.person_id = completed.person_id and years.school_year = completed.school_year
    left join schools on years.school_id = schools.school_id
    left join concentrators on years.person_id = concentrators.person_id
),

final as (
    select
        'HS_DROPOUT' as indicator_code,
        '1.0' as indicator_version,
        {{ ind_judged() }}
    from judged
)

select * from final
