-- One row per CTE concentrator with a regular diploma: college credit in the program.
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
        case when graduates.relevant_dual_credits > 0 then graduates.dual_source end as found_in,
        cast(null as text) as employer_key
    from graduates
    where graduates.is_concentrator and graduates.is_college_covered
),

final as (
    select
        'PERKINS_5S2' as indicator_code,
        '1.0' as indicator_version,
        {{ ind_judged() }}
    from judged
)

select * from final
