-- One row per person, institution, begin date and source of evidence.
with college_people as ({{ core_people('postsecondary') }}),

k12_people as ({{ core_people('k12') }}),

terms as (select * from {{ ref('stg_postsecondary__enrollments_keyed') }}),

details as (select * from {{ ref('stg_nsc__details_keyed') }}),

institutions as (select * from {{ ref('dim_institution') }}),

diplomas as (select * from {{ ref('fct_diploma') }}),

first_diploma as (
    select
        person_id,
        min(diploma_date) as diploma_date,
        min(school_year) as school_year
    from diplomas
    where diploma_treatment in ('regular', 'alternate')
    group by person_id
),

unit_records as (
    select distinct on (college_people.person_id, terms.institution_id_ipeds, terms.term_begin_date)
        college_people.person_id,
        coalesce(institutions.institution_key, terms.institution_id_ipeds) as institution_key,
        terms.term_begin_date as begin_date,
        terms.term_end_date as end_date,
        'unit_record' as evidence_source,
        coalesce(terms.student_level = 'high_school' or terms.entry_status = 'dual', false) as is_dual,
        terms.student_level,
        terms.entry_status,
        terms.enrollment_intensity,
        terms.cip_code,
        terms.credits_earned,
        terms.is_pell_recipient = 'Y' as is_pell_recipient
    from terms
    inner join college_people
        on terms.institution_id_ipeds || '|' || terms.student_id_institution = college_people.source_key
    left join institutions on terms.institution_id_ipeds = institutions.institution_id_ipeds
    order by
        college_people.person_id asc, terms.institution_id_ipeds asc, terms.term_begin_date asc,
        terms.delivery_id desc, terms.row_number desc
),

-- The Clearinghouse has no mark for dual enrollment: a spell begun before the diploma and over by the summer is one.
clearinghouse as (
    select distinct on (k12_people.person_id, details.institution_id_ope, details.enrollment_begin_date)
        k12_people.person_id,
        details.institution_id_ope as institution_key,
        details.enrollment_begin_date as begin_date,
        coalesce(details.enrollment_end_date, details.enrollment_begin_date) as end_date,
        'nsc' as evidence_source,
        coalesce(
            details.enrollment_begin_date < first_diploma.diploma_date
            and coalesce(details.enrollment_end_date, details.enrollment_begin_date)
            <= make_date(first_diploma.school_year, 8, 31),
            false
        ) as is_dual,
        cast(null as text) as student_level,
        cast(null as text) as entry_status,
        case
            when details.enrollment_status = 'F' then 'full_time' when
                details.enrollment_status in ('Q', 'H', 'L')
                then 'part_time'
        end
            as enrollment_intensity,
        details.enrollment_cip_1 as cip_code,
        cast(null as numeric) as credits_earned,
        cast(null as boolean) as is_pell_recipient
    from details
    inner join k12_people on details.student_id_state = k12_people.source_key
    left join first_diploma on k12_people.person_id = first_diploma.person_id
    where
        details.record_found = 'Y'
        and details.institution_id_ope is not null
        and details.enrollment_begin_date is not null
    order by
        k12_people.person_id asc, details.institution_id_ope asc, details.enrollment_begin_date asc,
        details.period desc, details.delivery_id desc, details.row_number desc
),

final as (
    select * from unit_records
    union all
    select * from clearinghouse
)

select * from final
