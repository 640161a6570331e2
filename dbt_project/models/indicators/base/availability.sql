-- One row: from when to when each source has been delivered, which decides the windows that can be judged.
with enrollments as (select * from {{ ref('fct_k12_enrollment') }}),

diplomas as (select * from {{ ref('fct_diploma') }}),

college as (select * from {{ ref('fct_postsecondary_enrollment') }}),

wages as (select * from {{ ref('fct_wage_quarter') }}),

participations as (select * from {{ ref('fct_wioa_participation') }}),

-- Terms are known to the end of the quarter that the last of them reaches. A last day over 200 days after the first is
-- an expectation, and says nothing about what has been delivered.
covered as (
    select
        evidence_source,
        min(begin_date) as covered_from,
        date_trunc('quarter', max(least(end_date, begin_date + 200)))
        + interval '3 months'
        - interval '1 day' as covered_to
    from college
    group by evidence_source
),

-- A school year is complete once its diplomas have come as well.
final as (
    select
        (select min(school_year) from enrollments) as first_k12_school_year,
        (
            select least(max(enrollments.school_year), (select max(diplomas.school_year) from diplomas))
            from enrollments
        ) as last_k12_school_year,
        (select min(covered_from) from covered) as first_college_date,
        (
            select cast(covered_to as date) from covered
            where evidence_source = 'unit_record'
        ) as last_postsecondary_date,
        (
            select cast(covered_to as date) from covered
            where evidence_source = 'nsc'
        ) as last_nsc_date,
        (select min(last_reported_program_year) from participations) as first_pirl_program_year,
        (select make_date(max(last_reported_program_year) + 1, 6, 30) from participations) as last_pirl_date,
        (select min(quarter_index) from wages) as first_wage_quarter_index,
        (select max(quarter_index) from wages) as last_wage_quarter_index
)

select * from final
