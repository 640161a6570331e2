-- One row per person, source, attribute and value: how often the source reported the value, and when last.
with k12_people as ({{ core_people('k12') }}),

postsecondary_people as ({{ core_people('postsecondary') }}),

wioa_people as ({{ core_people('wioa') }}),

bridge_people as ({{ core_people('bridge') }}),

students as (select * from {{ ref('stg_k12__students_keyed') }}),

college_students as (select * from {{ ref('stg_postsecondary__enrollments_keyed') }}),

participants as (select * from {{ ref('stg_wioa__pirl_keyed') }}),

license_holders as (select * from {{ ref('stg_bridge__driver_licenses_keyed') }}),

-- The precedence says which source is believed first: schools see birth certificates, licenses carry no race.
reported as (
    select
        k12_people.person_id,
        1 as precedence,
        students.school_year as reported_year,
        students.birth_year,
        students.sex,
        {{ core_race_roll_up('Y') }} as race_ethnicity,
        {{ core_race_selections('Y') }} as race_selections
    from students
    inner join k12_people on students.student_id_state = k12_people.source_key

    union all

    select
        postsecondary_people.person_id,
        2 as precedence,
        college_students.academic_year as reported_year,
        college_students.birth_year,
        college_students.sex,
        {{ core_race_roll_up('Y') }} as race_ethnicity,
        {{ core_race_selections('Y') }} as race_selections
    from college_students
    inner join postsecondary_people
        on
            college_students.institution_id_ipeds || '|' || college_students.student_id_institution
            = postsecondary_people.source_key

    union all

    select
        wioa_people.person_id,
        3 as precedence,
        cast(left(participants.period, 4) as integer) as reported_year,
        participants.birth_year,
        case participants.sex when '1' then 'M' when '2' then 'F' end as sex,
        {{ core_race_roll_up('1') }} as race_ethnicity,
        {{ core_race_selections('1') }} as race_selections
    from participants
    inner join wioa_people on participants.unique_individual_identifier = wioa_people.source_key

    union all

    select
        bridge_people.person_id,
        4 as precedence,
        cast(left(license_holders.period, 4) as integer) as reported_year,
        license_holders.birth_year,
        license_holders.sex,
        cast(null as text) as race_ethnicity,
        cast(null as text) as race_selections
    from license_holders
    inner join bridge_people on license_holders.source_key = bridge_people.source_key
),

-- Files repeat themselves year after year: counted once, they are few.
counted as (
    select
        person_id,
        precedence,
        birth_year,
        sex,
        race_ethnicity,
        race_selections,
        count(*) as report_count,
        max(reported_year) as last_reported_year
    from reported
    group by person_id, precedence, birth_year, sex, race_ethnicity, race_selections
),

final as (
    select
        counted.person_id,
        counted.precedence,
        attributes.attribute,
        attributes.value,
        cast(sum(counted.report_count) as bigint) as report_count,
        max(counted.last_reported_year) as last_reported_year
    from counted
    cross join
        lateral (
            values
            ('birth_year', cast(counted.birth_year as text)),
            ('sex', counted.sex),
            ('race_ethnicity', counted.race_ethnicity),
            ('race_selections', counted.race_selections)
        ) as attributes (attribute, value)
    where attributes.value is not null
    group by counted.person_id, counted.precedence, attributes.attribute, attributes.value
)

select * from final
