-- One row per quarter and per person of the status panel: a digest of what their rows are made from.
with people as (
    select * from {{ ref('dim_person') }}
    where has_k12_record or has_postsecondary_record or has_wioa_record
),

wages as (
    {{ increment_noted(ref('fct_wage_quarter')) }}
),

observed as (select * from {{ ref('int_status__quarter') }}),

quarters as (
    select
        observed.quarter_index,
        {{ no_person() }} as person_id,
        concat_ws(
            '|', observed.is_school_observed, observed.is_college_observed, observed.is_wage_observed, wages.digest
        ) as digest
    from observed
    left join wages on observed.quarter_index = wages.quarter_index
),

parts as (
    select
        person_id,
        'birth|' || birth_year as part
    from people
    union all
    select
        person_id,
        concat_ws('|', 'school', entry_date, exit_date, school_year) as part
    from {{ ref('fct_k12_enrollment_spell') }}
    union all
    select
        person_id,
        concat_ws('|', 'college', institution_key, evidence_source, begin_date, end_date) as part
    from {{ ref('fct_postsecondary_enrollment') }}
    where not is_dual
    union all
    select
        person_id,
        concat_ws('|', 'diploma', diploma_type_code, diploma_date, school_year) as part
    from {{ ref('fct_diploma') }}
    where diploma_treatment = 'regular'
    union all
    select
        person_id,
        'wages|' || digest as part
    from wages
),

persons as (
    select
        {{ no_quarter() }} as quarter_index,
        parts.person_id,
        count(*) || ':' || bit_xor(hashtextextended(parts.part, 0)) as digest
    from parts
    inner join people on parts.person_id = people.person_id
    group by parts.person_id
),

final as (
    select * from quarters
    union all
    select * from persons
)

select * from final
