-- One row per counted unit and subgroup it belongs to, the subgroup of all included.
with delivered as (select * from {{ ref('outcome') }}),

people as (select * from {{ ref('dim_person') }}),

schools as (select * from {{ ref('dim_school') }}),

college as (select * from {{ ref('fct_postsecondary_enrollment') }}),

subgroups as (select * from {{ ref('brg_person_subgroup') }}),

-- Where an indicator looks for its outcome is told by the evidence it found.
looked_up as (
    select
        indicator_code,
        bool_or(evidence_source = 'ui_wage') as in_wages,
        bool_or(evidence_source in ('nsc', 'unit_record')) as in_college
    from delivered
    group by indicator_code
),

students as (select distinct person_id from college),

-- Unlinked: not met, and the person has no record at all in any of the sources that could have shown it.
outcomes as (
    select
        delivered.*,
        schools.region_name as region_id,
        delivered.outcome = 'no'
        and (looked_up.in_wages or looked_up.in_college)
        and not coalesce(looked_up.in_wages and people.has_wage_record, false)
        and not (looked_up.in_college and students.person_id is not null) as is_unlinked
    from delivered
    inner join looked_up on delivered.indicator_code = looked_up.indicator_code
    left join people on delivered.person_id = people.person_id
    left join students on delivered.person_id = students.person_id
    left join schools on delivered.school_id = schools.school_id
),

final as (
    select
        outcomes.*,
        'all' as subgroup_dimension,
        'all' as subgroup
    from outcomes

    union all

    select
        outcomes.*,
        subgroups.subgroup_dimension,
        subgroups.subgroup
    from outcomes
    inner join subgroups on outcomes.person_id = subgroups.person_id
)

select * from final
