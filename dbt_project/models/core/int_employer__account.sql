-- One row per employer account that another took over, in one step or several: the account that stands for it today.
with recursive accounts as (select * from {{ ref('stg_ui__employers') }}),

-- Of several accounts that name the same predecessor the first to do so took it over.
takeovers as (
    select distinct on (predecessor_account_id)
        predecessor_account_id as employer_account_id,
        employer_account_id as employer_key
    from accounts
    where predecessor_account_id <> employer_account_id
    order by predecessor_account_id asc, calendar_year asc, employer_account_id asc
),

-- Twenty steps and no more: accounts that name each other would otherwise be followed for ever.
followed as (
    select
        employer_account_id,
        employer_key,
        1 as step_count
    from takeovers

    union all

    select
        followed.employer_account_id,
        takeovers.employer_key,
        followed.step_count + 1 as step_count
    from followed
    inner join takeovers on followed.employer_key = takeovers.employer_account_id
    where followed.step_count < 20
),

final as (
    select distinct on (employer_account_id)
        employer_account_id,
        employer_key,
        step_count
    from followed
    order by employer_account_id asc, step_count desc
)

select * from final
