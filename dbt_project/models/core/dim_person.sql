-- One row per person that linkage has made out of the agencies' records.
with keys as (select * from {{ ref('person_key') }}),

survivors as (select * from {{ ref('person_attribute') }}),

people as (
    select
        person_id,
        bool_or(source = 'k12') as has_k12_record,
        bool_or(source = 'postsecondary') as has_postsecondary_record,
        bool_or(source = 'wioa') as has_wioa_record,
        bool_or(source = 'ui') as has_wage_record,
        bool_or(source = 'bridge') as has_bridge_record
    from keys
    group by person_id
),

demographics as (
    select
        person_id,
        max(value) filter (where attribute = 'birth_year') as birth_year,
        max(value) filter (where attribute = 'sex') as sex,
        max(value) filter (where attribute = 'race_ethnicity') as race_ethnicity
    from survivors
    group by person_id
),

final as (
    select
        people.person_id,
        cast(demographics.birth_year as integer) as birth_year,
        demographics.sex,
        demographics.race_ethnicity,
        people.has_k12_record,
        people.has_postsecondary_record,
        people.has_wioa_record,
        people.has_wage_record,
        people.has_bridge_record
    from people
    left join demographics on people.person_id = demographics.person_id
)

select * from final
