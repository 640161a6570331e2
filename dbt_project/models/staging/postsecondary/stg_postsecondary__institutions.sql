-- One row per institution and academic year.
with delivered as (
    {{ accepted_rows('postsecondary/institution') }}
),

final as (
    select
        delivery_id,
        row_number,
        submitter,
        period,
        {{ as_integer('academic_year') }} as academic_year,
        {{ as_text('institution_id_ipeds') }} as institution_id_ipeds,
        {{ as_text('institution_id_ope') }} as institution_id_ope,
        {{ as_text('institution_name') }} as institution_name,
        {{ as_code('institution_level', 'institution_level') }} as institution_level,
        {{ as_code('institution_control', 'institution_control') }} as institution_control,
        {{ as_text('county_name') }} as county_name
    from delivered
)

select * from final
