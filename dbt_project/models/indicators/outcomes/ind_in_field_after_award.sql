-- One row per person and academic year of an award with wages in the first year after it: work in its field.
with origins as (select * from {{ ref('int_outcome__origin') }}),

availability as (select * from {{ ref('availability') }}),

earnings as (select * from {{ ref('int_person__annual_earnings') }}),

employers as (select * from {{ ref('dim_employer') }}),

fields as (select * from {{ ref('cip_family_naics') }}),

measured as (
    {{ ind_origin_year('award', 1) }}
),

-- Programs that lead to no industry in particular, and employers of unknown industry, cannot be judged.
judged as (
    select
        measured.*,
        {{ ind_in_field('measured.cip_code', 'employers.naics_sector') }} as is_met,
        cast(null as numeric) as earned_usd
    from measured
    left join employers on measured.employer_key = employers.employer_key
    where
        left(measured.cip_code, 2) in (select cip_family_code from fields)
        and (not measured.is_available or employers.naics_sector is not null)
),

final as (
    select
        'IN_FIELD_AWARD_1Y' as indicator_code,
        '1.0' as indicator_version,
        {{ ind_origin_columns() }}
    from judged
)

select * from final
