-- One row per school, as its submitter described it last.
with schools as (select * from {{ ref('stg_k12__schools') }}),

final as (
    select distinct on (school_id)
        school_id,
        school_name,
        district_id,
        district_name,
        region_name,
        school_type
    from schools
    order by school_id asc, school_year desc, delivery_id desc
)

select * from final
