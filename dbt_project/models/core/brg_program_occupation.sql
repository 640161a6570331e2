-- One row per program of instruction and occupation that it prepares for.
with programs as (select * from {{ ref('dim_program') }}),

occupations as (select * from {{ ref('cip_soc') }}),

-- Of several editions of the crosswalk the newest that names the program counts.
final as (
    select
        programs.cip_code,
        occupations.soc_code,
        occupations.soc_title,
        left(occupations.soc_code, 2) as soc_major_group,
        occupations.cip_year,
        occupations.soc_year
    from programs
    inner join occupations on programs.cip_code = occupations.cip_code
    where
        not exists (
            select 1 from {{ ref('cip_soc') }} as newer
            where
                newer.cip_code = occupations.cip_code
                and (newer.cip_year, newer.soc_year) > (occupations.cip_year, occupations.soc_year)
        )
)

select * from final
