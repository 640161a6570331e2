-- One row per program of instruction (CIP code): those of the list, and those delivered that the list does not name.
with cip as (select * from {{ ref('cip') }}),

families as (select * from {{ ref('cip_family') }}),

clusters as (select * from {{ ref('career_cluster') }}),

delivered as (
    select cip_code from {{ ref('stg_k12__cte_courses') }}
    union distinct
    select cip_code from {{ ref('stg_postsecondary__awards') }}
    union distinct
    select cip_code from {{ ref('stg_postsecondary__enrollments_keyed') }}
    union distinct
    select cip_code from {{ ref('stg_postsecondary__courses') }}
    union distinct
    select enrollment_cip_1 as cip_code from {{ ref('stg_nsc__details_keyed') }}
    union distinct
    select degree_cip_1 as cip_code from {{ ref('stg_nsc__details_keyed') }}
    union distinct
    select training_cip_code as cip_code from {{ ref('stg_wioa__pirl_keyed') }}
),

-- A code that the list lacks gets the title and the cluster of its two-digit family.
programs as (
    select
        cip_code,
        cip_title,
        career_cluster_code
    from cip

    union all

    select
        delivered.cip_code,
        families.cip_family_title as cip_title,
        families.career_cluster_code
    from delivered
    left join families on left(delivered.cip_code, 2) = families.cip_family_code
    where
        delivered.cip_code is not null
        and not exists (
            select 1 from cip
            where cip.cip_code = delivered.cip_code
        )
),

final as (
    select
        programs.cip_code,
        programs.cip_title,
        programs.career_cluster_code,
        clusters.career_cluster_name
    from programs
    left join clusters on programs.career_cluster_code = clusters.career_cluster_code
)

select * from final
