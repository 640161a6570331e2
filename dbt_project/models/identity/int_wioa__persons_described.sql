-- One row per participant and identity extract, and one per period of participation with its span.
with identities as (select * from {{ ref('stg_wioa__identities') }}),

participations as (select * from {{ ref('stg_wioa__pirl') }}),

known as (select distinct unique_individual_identifier from identities),

described as (
    select
        unique_individual_identifier as source_key,
        delivery_id,
        row_number,
        ssn,
        first_name,
        middle_name,
        last_name,
        generation_code,
        birthdate,
        sex,
        zip_code,
        cast(null as date) as first_seen,
        cast(null as date) as last_seen
    from identities
),

-- PIRL carries no names. What it says of a participant counts only where the identity extract says nothing.
participated as (
    select
        participations.unique_individual_identifier as source_key,
        participations.delivery_id,
        participations.row_number,
        cast(null as text) as ssn,
        cast(null as text) as first_name,
        cast(null as text) as middle_name,
        cast(null as text) as last_name,
        cast(null as text) as generation_code,
        case when known.unique_individual_identifier is null then participations.birthdate end as birthdate,
        case when known.unique_individual_identifier is null then participations.sex end as sex,
        case when known.unique_individual_identifier is null then participations.zip_code end as zip_code,
        participations.program_entry_date as first_seen,
        coalesce(participations.program_exit_date, participations.program_entry_date) as last_seen
    from participations
    left join known on participations.unique_individual_identifier = known.unique_individual_identifier
),

both_files as (
    select * from described
    union all
    select * from participated
),

final as (
    select
        source_key,
        delivery_id,
        row_number,
        ssn,
        first_name,
        middle_name,
        last_name,
        generation_code,
        cast(null as text) as preferred_name,
        cast(null as text) as former_last_name,
        birthdate,
        case sex when '1' then 'M' when '2' then 'F' end as sex,
        zip_code,
        first_seen,
        last_seen
    from both_files
)

select * from final
