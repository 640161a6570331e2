-- One row per employer (its surviving account): those of the employer file, and those that only pay wages.
with employers as (select * from {{ ref('stg_ui__employers') }}),

wages as (select * from {{ ref('fct_wage') }}),

successors as (select * from {{ ref('int_employer__account') }}),

sectors as (select * from {{ ref('naics_sector') }}),

named as (
    select
        employers.*,
        coalesce(successors.employer_key, employers.employer_account_id) as employer_key
    from employers
    left join successors on employers.employer_account_id = successors.employer_account_id
),

-- An employer with several reporting units is described by the first unit of its newest year, its own account first.
described as (
    select distinct on (employer_key)
        employer_key,
        naics_code,
        county_name,
        ownership
    from named
    order by
        employer_key asc, calendar_year desc, employer_account_id <> employer_key asc,
        reporting_unit_id asc nulls first, delivery_id desc
),

taken_over as (
    select
        employer_key,
        count(*) as predecessor_count
    from successors
    group by employer_key
),

accounts as (
    select employer_key from described
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
        described.ownership,
        coalesce(taken_over.predecessor_count, 0) as predecessor_count
    from accounts
    left join described on accounts.employer_key = described.employer_key
    left join taken_over on accounts.employer_key = taken_over.employer_key
    left join sectors on left(described.naics_code, 2) = sectors.naics_prefix
)

select * from final
