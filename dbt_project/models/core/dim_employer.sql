-- One row per employer account: those of the employer file, and those that only pay wages.
with employers as (select * from {{ ref('stg_ui__employers') }}),

wages as (select * from {{ ref('fct_wage') }}),

sectors as (select * from {{ ref('naics_sector') }}),

-- An account with several reporting units is described by the first unit of its newest year.
described as (
    select distinct on (employer_account_id)
        employer_account_id,
        naics_code,
        county_name,
        ownership
    from employers
    order by employer_account_id asc, calendar_year desc, reporting_unit_id asc nulls first, delivery_id desc
),

accounts as (
    select employer_account_id as employer_key from described
    union distinct
    select employer_key from wages
),

final as (
    select
        accounts.employer_key,
        described.naics_code,
        sectors.naics_sector,
        sectors.naics_sector_name,
        described.county_name,
        described.ownership
    from accounts
    left join described on accounts.employer_key = described.employer_account_id
    left join sectors on left(described.naics_code, 2) = sectors.naics_prefix
)

select * from final
