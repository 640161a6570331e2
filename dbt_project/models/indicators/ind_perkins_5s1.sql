-- One row per CTE concentrator with a regular diploma: a recognized postsecondary credential.
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
        true as is_available,
        graduates.credential_source as found_in,
        cast(null as text) as employer_key
    from graduates
    where graduates.is_concentrator
),

final as (
    select
        'PERKINS_5S1' as indicator_code,
        '1.0' as indicator_version,
        {{ ind_judged() }}
    from judged
)

select * from final
