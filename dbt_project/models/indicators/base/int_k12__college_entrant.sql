-- One row per graduate who entered college within 16 months of the diploma: the first spell.
with going as (
    select * from {{ ref('ind_college_going_16_month') }}
    where outcome = 'yes'
),

graduates as (select * from {{ ref('int_k12__graduate') }}),

college as (select * from {{ ref('fct_postsecondary_enrollment') }}),

institutions as (select * from {{ ref('dim_institution') }}),

-- Of spells that begin on one day the unit record stands.
first_spell as (
    select distinct on (going.person_id)
        going.*,
        graduates.diploma_date,
        college.begin_date as entry_date,
        college.institution_key
    from going
    inner join graduates on going.person_id = graduates.person_id
    inner join college on going.person_id = college.person_id and graduates.diploma_date < college.end_date
    where not college.is_dual
    order by going.person_id asc, college.begin_date asc, college.evidence_source desc, college.institution_key asc
),

final as (
    select
        {{ ind_unit('first_spell') }},
        first_spell.diploma_date,
        first_spell.entry_date,
        first_spell.institution_key,
        institutions.institution_level
    from first_spell
    left join institutions on first_spell.institution_key = institutions.institution_key
)

select * from final
