-- One row per period of participation and day of which the PIRL shows that a service was received.
with people as ({{ core_people('wioa') }}),

records as (select * from {{ ref('stg_wioa__pirl_keyed') }}),

newest as (
    select distinct on (people.person_id, records.program_entry_date)
        people.person_id,
        records.*
    from records
    inner join people on records.unique_individual_identifier = people.source_key
    order by
        people.person_id asc, records.program_entry_date asc,
        records.period desc, records.delivery_id desc, records.row_number desc
),

-- Credentials may follow the exit and are no service.
final as (
    select distinct
        newest.person_id,
        newest.program_entry_date,
        services.service_date
    from newest
    cross join
        lateral (
            values
            (newest.training_begin_date), (newest.training_end_date),
            (newest.training_begin_date_2), (newest.training_end_date_2),
            (newest.training_begin_date_3), (newest.training_end_date_3),
            (newest.education_or_training_begin_date), (newest.education_or_training_end_date)
        ) as services (service_date)
    where services.service_date is not null
)

select * from final
