-- One row per person and period of participation as the 90-day rule makes it, beside what was reported.
with participations as (select * from {{ ref('fct_wioa_participation') }}),

records as (select * from {{ ref('int_wioa__service_day') }}),

services as (
    select
        person_id,
        program_entry_date,
        max(service_date) as last_service_date
    from records
    group by person_id, program_entry_date
),

known as (
    select
        participations.person_id,
        participations.program_entry_date,
        participations.program_exit_date,
        -- Not every service is delivered: the reported exit stands for the last of them, unless a later one is known.
        case
            when participations.program_exit_date is not null
                then greatest(participations.program_exit_date, services.last_service_date)
        end as last_date,
        services.last_service_date
    from participations
    left join services
        on
            participations.person_id = services.person_id
            and participations.program_entry_date = services.program_entry_date
),

-- A new entry within 90 days of everything before it is a return, not a new period.
marked as (
    select
        *,
        case
            when
                program_entry_date <= max(coalesce(last_date, date 'infinity')) over (
                    partition by person_id
                    order by program_entry_date asc
                    rows between unbounded preceding and 1 preceding
                ) + 90
                then 0
            else 1
        end as is_new
    from known
),

numbered as (
    select
        *,
        sum(is_new) over (
            partition by person_id
            order by program_entry_date asc
            rows between unbounded preceding and current row
        ) as period_number
    from marked
),

periods as (
    select
        person_id,
        min(program_entry_date) as program_entry_date,
        case when bool_and(last_date is not null) then max(last_date) end as program_exit_date,
        case when bool_and(program_exit_date is not null) then max(program_exit_date) end as reported_exit_date,
        count(*) as reported_period_count,
        max(last_service_date) as last_service_date
    from numbered
    group by person_id, period_number
),

final as (
    select
        person_id,
        program_entry_date,
        program_exit_date,
        reported_exit_date,
        last_service_date,
        reported_period_count,
        case
            when reported_period_count > 1 then 'merged'
            when reported_exit_date is null then 'open'
            when last_service_date > reported_exit_date then 'service_after_exit'
            when reported_exit_date - last_service_date > 90 then 'services_not_delivered'
            else 'agrees'
        end as agreement
    from periods
)

select * from final
