-- One row per quarter and per person with wages: a digest of the rows and records that the wages are made from.
with people as ({{ core_people('ui') }}),

wages as (select * from {{ ref('stg_ui__wages_keyed') }}),

successors as (select * from {{ ref('int_employer__account') }}),

-- A delivered row never changes: which rows are there says all.
quarters as (
    select
        quarter_index,
        {{ no_person() }} as person_id,
        count(*) || ':' || bit_xor(hashint8extended(row_number, delivery_id)) as digest
    from wages
    where quarter_index is not null
    group by quarter_index
),

taken_over as (
    select distinct
        wages.source_key,
        successors.employer_account_id,
        successors.employer_key
    from wages
    inner join successors on wages.employer_account_id = successors.employer_account_id
),

parts as (
    select
        person_id,
        source_key as part
    from people
    union all
    select
        people.person_id,
        people.source_key || '>' || taken_over.employer_account_id || '>' || taken_over.employer_key as part
    from taken_over
    inner join people on taken_over.source_key = people.source_key
),

persons as (
    select
        {{ no_quarter() }} as quarter_index,
        person_id,
        count(*) || ':' || bit_xor(hashtextextended(part, 0)) as digest
    from parts
    group by person_id
),

final as (
    select * from quarters
    union all
    select * from persons
)

select * from final
