-- One row per school and school year.
with delivered as (
    {{ accepted_rows('k12/school') }}
),

final as (
    select
        delivery_id,
        row_number,
        submitter,
        period,
        {{ as_integer('school_year') }} as school_year,
        {{ as_text('school_id') }} as school_id,
        {{ as_text('school_name') }} as school_name,
        {{ as_text('district_id') }} as district_id,
        {{ as_text('district_name') }} as district_name,
        {{ as_text('region_name') }} as region_name,
        {{ as_code('school_type', 'k12_school_type') }} as school_type
    from delivered
)

select * from final
