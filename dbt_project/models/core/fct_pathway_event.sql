-- One row per person and milestone between school, training, college and work, in the order of their days.
with spells as (select * from {{ ref('fct_k12_enrollment_spell') }}),

courses as (select * from {{ ref('fct_cte_course') }}),

experiences as (select * from {{ ref('fct_work_based_learning') }}),

credentials as (select * from {{ ref('fct_credential_award') }}),

diplomas as (select * from {{ ref('fct_diploma') }}),

college as (select * from {{ ref('fct_postsecondary_enrollment') }}),

awards as (select * from {{ ref('fct_postsecondary_award') }}),

participations as (select * from {{ ref('fct_wioa_participation') }}),

wages as (select * from {{ ref('fct_wage') }}),

-- A school year's courses count on its last day, a job on the first day of its first quarter: files name no days.
milestones as ({{ core_milestones() }}),

final as (
    select
        person_id,
        row_number() over (
            partition by person_id order by event_date asc, event_type asc, organization_id asc, cip_code asc
        ) as event_number,
        event_type,
        event_date,
        organization_id,
        cip_code
    from milestones
    where event_date is not null
)

select * from final
