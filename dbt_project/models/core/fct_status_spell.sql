-- One row per person, program or status, and span of days in which it was held without a break.
with school_statuses as (select * from {{ ref('fct_k12_status') }}),

participations as (select * from {{ ref('fct_wioa_participation') }}),

at_program_entry as ({{ core_pirl_statuses('participations') }}),

college_terms as (select * from {{ ref('fct_postsecondary_enrollment') }}),

reported as (
    select
        person_id,
        status_type,
        'k12' as reported_by,
        begin_date,
        coalesce(end_date, date 'infinity') as end_date
    from school_statuses

    union all

    -- What the PIRL asks at program entry is known of that day only.
    select
        person_id,
        status_type,
        'wioa' as reported_by,
        program_entry_date as begin_date,
        program_entry_date as end_date
    from at_program_entry
    where code = '1'

    union all

    -- A Pell grant goes to students of low income.
    select
        person_id,
        'economic_disadvantage' as status_type,
        'postsecondary' as reported_by,
        begin_date,
        end_date
    from college_terms
    where is_pell_recipient
),

-- A span that begins at the latest on the day after all earlier ones have ended continues them.
marked as (
    select
        *,
        case
            when
                begin_date - 1 <= max(end_date) over (
                    partition by person_id, status_type, reported_by
                    order by begin_date asc, end_date asc
                    rows between unbounded preceding and 1 preceding
                )
                then 0
            else 1
        end as is_new
    from reported
    where end_date >= begin_date
),

numbered as (
    select
        *,
        sum(is_new) over (
            partition by person_id, status_type, reported_by
            order by begin_date asc, end_date asc
            rows between unbounded preceding and current row
        ) as spell_number
    from marked
),

final as (
    select
        person_id,
        status_type,
        reported_by,
        min(begin_date) as begin_date,
        nullif(max(end_date), date 'infinity') as end_date,
        count(*) as report_count
    from numbered
    group by person_id, status_type, reported_by, spell_number
)

select * from final
