-- One row per kind of milestone and kind that followed it next: how many people, and how long it took.
with events as (select * from {{ ref('fct_pathway_event') }}),

followed as (
    select
        person_id,
        event_type as from_event_type,
        lead(event_type) over in_order as to_event_type,
        lead(event_date) over in_order - event_date as day_count
    from events
    window in_order as (partition by person_id order by event_number asc)
),

final as (
    select
        from_event_type,
        to_event_type,
        count(*) as transition_count,
        count(distinct person_id) as person_count,
        cast(percentile_cont(0.5) within group (order by day_count) as numeric(10, 1)) as median_day_count
    from followed
    where to_event_type is not null
    group by from_event_type, to_event_type
)

select * from final
