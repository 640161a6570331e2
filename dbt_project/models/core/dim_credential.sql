-- One row per credential that any source awarded: K-12, postsecondary and WIOA in one list.
with awards as (select * from {{ ref('fct_credential_award') }}),

listed as (select * from {{ ref('credential_list') }}),

-- Names differ in spelling from file to file: the most frequent one stands, of equally frequent ones the first.
awarded as (
    select
        reported_by,
        credential_code,
        mode() within group (order by credential_name) as credential_name,
        mode() within group (order by credential_type) as credential_type,
        count(*) as award_count,
        cast(extract(year from min(award_date)) as integer) as first_awarded_year,
        cast(extract(year from max(award_date)) as integer) as last_awarded_year
    from awards
    group by reported_by, credential_code
),

final as (
    select
        awarded.reported_by,
        awarded.credential_code,
        coalesce(listed.credential_name, awarded.credential_name) as credential_name,
        awarded.credential_type,
        listed.issuer_name,
        listed.tier,
        listed.first_valid_year,
        listed.last_valid_year,
        listed.credential_code is not null as is_on_list,
        awarded.award_count,
        awarded.first_awarded_year,
        awarded.last_awarded_year
    from awarded
    left join listed
        on awarded.reported_by = listed.reported_by and awarded.credential_code = listed.credential_code
)

select * from final
