-- One row per student and school year, without names, social security number and birth date.
with delivered as (select * from {{ ref('stg_k12__students') }}),

final as (
    select
        delivery_id, row_number, period, school_year, student_id_state,
        cast(extract(year from birthdate) as integer) as birth_year, sex, hispanic_or_latino_ethnicity,
        american_indian_or_alaska_native, asian, black_or_african_american,
        native_hawaiian_or_other_pacific_islander, white, cohort_year
    from delivered
)

select * from final
