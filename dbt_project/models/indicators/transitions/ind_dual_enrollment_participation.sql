-- One row per graduate with a regular diploma: took college courses in high school.
with graduates as (select * from {{ ref('int_k12__graduate_preparation') }}),

judged as (
    select
        graduates.cohort_period,
        graduates.unit_id,
        graduates.person_id,
        graduates.school_id,
        graduates.district_id,
        graduates.cip_code,
        graduates.career_cluster_code,
        graduates.is_college_available as is_available,
        graduates.dual_source as found_in,
        cast(null as text) as employer_key
    from graduates
    where graduates.is_college_covered
),

final as (
    select
        'DUAL_PARTICIPATION' as indicator_code,
        '1.0' as indicator_version,
        {{ ind_judged() }}
    from judged
)

select * from final
