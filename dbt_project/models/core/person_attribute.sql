-- One row per person and attribute (birth year, sex, race): the value that survived, its source and what decided.
with votes as (select * from {{ ref('int_person__demographic_votes') }}),

-- Within the most trusted source the most frequent value wins; of equally frequent ones the newest, then the first by
-- alphabet.
ranked as (
    select
        *,
        row_number() over by_rank as place,
        lead(precedence) over by_rank as next_precedence,
        lead(report_count) over by_rank as next_report_count,
        lead(last_reported_year) over by_rank as next_last_reported_year,
        count(*) over everything as value_count,
        sum(report_count) over everything as all_report_count
    from votes
    window
        by_rank as (
            partition by person_id, attribute
            order by precedence asc, report_count desc, last_reported_year desc, value asc
        ),
        everything as (partition by person_id, attribute)
),

final as (
    select
        person_id,
        attribute,
        value,
        (array['k12', 'postsecondary', 'wioa', 'bridge'])[precedence] as source,
        case
            when value_count = 1 then 'only_value'
            when next_precedence > precedence then 'most_trusted_source'
            when next_report_count < report_count then 'most_frequent'
            when next_last_reported_year < last_reported_year then 'newest'
            else 'alphabet'
        end as decided_by,
        report_count,
        cast(all_report_count - report_count as bigint) as other_report_count,
        last_reported_year
    from ranked
    where place = 1
)

select * from final
