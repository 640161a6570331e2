-- One row per person and span of days in one school, grades 9 to 12; no two spans of a person share a day.
with enrollments as (select * from {{ ref('fct_k12_enrollment') }}),

-- An enrollment that began on the same day as another is kept once: the one that lasted longer.
begun as (
    select distinct on (person_id, entry_date) *
    from enrollments
    order by person_id asc, entry_date asc, exit_date desc nulls first, school_id asc
),

-- Who enters another school has left the first: an enrollment ends at the latest the day before the next one begins.
followed as (
    select
        *,
        lead(entry_date) over (partition by person_id order by entry_date asc) as next_entry_date
    from begun
),

final as (
    select
        person_id,
        school_id,
        school_year,
        entry_date,
        case
            when next_entry_date is null then exit_date
            else least(coalesce(exit_date, next_entry_date - 1), next_entry_date - 1)
        end as exit_date,
        exit_type_code,
        entry_grade_level,
        coalesce(next_entry_date <= exit_date or (exit_date is null and next_entry_date is not null), false)
            as is_shortened,
        case when exit_date >= next_entry_date then exit_date - next_entry_date + 1 else 0 end as overlap_day_count
    from followed
    where exit_date is null or exit_date >= entry_date
)

select * from final
