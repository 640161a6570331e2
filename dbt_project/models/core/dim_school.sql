-- One row per school: those of the directories, as described last, and those that only rows of learners name.
with schools as (select * from {{ ref('stg_k12__schools') }}),

directory as (
    select distinct on (school_id)
        school_id,
        school_name,
        district_id,
        district_name,
        region_name,
        school_type
    from schools
    order by school_id asc, school_year desc, delivery_id desc
),

-- A school that its directory lacks is counted by the quality gate, and its learners stay learners of the state.
named as (
    select school_id from {{ ref('stg_k12__enrollments') }}
    union distinct
    select school_id from {{ ref('stg_k12__cte_courses') }}
    union distinct
    select school_id from {{ ref('stg_k12__diplomas') }}
    union distinct
    select school_id from {{ ref('stg_k12__credentials') }}
    union distinct
    select school_id from {{ ref('stg_k12__work_based_learning') }}
),

final as (
    select
        coalesce(directory.school_id, named.school_id) as school_id,
        coalesce(directory.school_name, 'Not in a school directory') as school_name,
        directory.district_id,
        directory.district_name,
        directory.region_name,
        directory.school_type,
        directory.school_id is not null as is_in_directory
    from directory
    full outer join named on directory.school_id = named.school_id
    where coalesce(directory.school_id, named.school_id) is not null
)

select * from final
