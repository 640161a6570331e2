-- One row per person and race or ethnicity that was ticked in the report that survived.
with attributes as (select * from {{ ref('person_attribute') }}),

final as (
    select
        attributes.person_id,
        selections.race,
        attributes.source
    from attributes
    cross join lateral string_to_table(attributes.value, '+') as selections (race)
    where attributes.attribute = 'race_selections'
)

select * from final
