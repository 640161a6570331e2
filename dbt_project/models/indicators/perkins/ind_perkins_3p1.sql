-- One row per postsecondary CTE concentrator in a program for a nontraditional field: of the under-represented sex.
with concentrators as (
    select
        *,
        cast(null as text) as school_id,
        cast(extract(year from last_date + interval '6 months') as text) as cohort_period
    from {{ ref('int_postsecondary__concentrator') }}
),

judged as ({{ ind_nontraditional('concentrators', 'unit_record') }}),

final as (
    select
        'PERKINS_3P1' as indicator_code,
        '1.0' as indicator_version,
        {{ ind_judged() }}
    from judged
)

select * from final
