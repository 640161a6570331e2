-- One row per CTE concentrator in a program that leads to a nontraditional field: of the under-represented sex.
with concentrators as (
    select
        *,
        cast(last_school_year as text) as cohort_period
    from {{ ref('int_k12__concentrator') }}
),

judged as ({{ ind_nontraditional('concentrators', 'k12_record') }}),

final as (
    select
        'PERKINS_4S1' as indicator_code,
        '1.0' as indicator_version,
        {{ ind_judged() }}
    from judged
)

select * from final
