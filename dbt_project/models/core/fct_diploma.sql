-- One row per person, type of diploma and date of award.
with people as ({{ core_people('k12') }}),

diplomas as (select * from {{ ref('stg_k12__diplomas') }}),

treatments as (select * from {{ ref('k12_diploma_treatment') }}),

final as (
    select distinct on (people.person_id, diplomas.diploma_type, diplomas.diploma_date)
        people.person_id,
        diplomas.school_id,
        diplomas.school_year,
        diplomas.diploma_date,
        diplomas.diploma_type as diploma_type_code,
        coalesce(treatments.diploma_treatment, 'other') as diploma_treatment
    from diplomas
    inner join people on diplomas.student_id_state = people.source_key
    left join treatments on diplomas.diploma_type = treatments.diploma_type_code
    where diplomas.diploma_type is not null
    order by
        people.person_id asc, diplomas.diploma_type asc, diplomas.diploma_date asc,
        diplomas.school_year asc, diplomas.delivery_id desc, diplomas.row_number desc
)

select * from final
