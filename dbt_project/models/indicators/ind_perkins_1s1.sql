-- One row per CTE concentrator in an adjusted cohort: four-year graduation.
with cohort as (select * from {{ ref('ind_acgr_4_year') }}),

concentrators as (select * from {{ ref('int_k12__concentrator') }}),

-- Every rule of the rate for all students holds; only who is counted differs.
final as (
    select
        'PERKINS_1S1' as indicator_code,
        '1.0' as indicator_version,
        cohort.cohort_period,
        cohort.unit_id,
        cohort.person_id,
        cohort.school_id,
        cohort.district_id,
        cohort.cip_code,
        cohort.career_cluster_code,
        cohort.outcome,
        cohort.amount_usd,
        cohort.evidence_source,
        cohort.employer_key
    from cohort
    inner join concentrators on cohort.person_id = concentrators.person_id
)

select * from final
