-- One row per indicator and version: what it means, read from the description that stands beside its model.
with described as (
    {{ ind_described([
        'valid_from', 'family', 'name', 'unit', 'definition', 'numerator', 'denominator', 'exclusions', 'sources',
        'lag',
        'parameter_sets', 'citation', 'owner', 'caveats', 'education_to_workforce', 'needs'
    ]) }}
),

parameters as (select * from {{ ref('indicator_parameter') }}),

-- The values in force, from the table of parameters: those of the indicator's own sets.
valued as (
    select
        described.indicator_code,
        string_agg(
            parameters.parameter || ' = ' || parameters.value || ' (' || parameters.meaning || ')',
            '; ' order by parameters.indicator_code, parameters.parameter
        ) as parameters
    from described
    inner join parameters on parameters.indicator_code = any(string_to_array(described.parameter_sets, ' '))
    group by described.indicator_code
),

final as (
    select
        described.indicator_code,
        described.indicator_version,
        cast(described.valid_from as date) as valid_from,
        described.family,
        described.name,
        described.unit,
        described.definition,
        described.numerator,
        described.denominator,
        described.exclusions,
        described.sources,
        described.lag,
        described.citation,
        described.owner,
        described.caveats,
        described.education_to_workforce,
        described.needs = '' as is_computed,
        nullif(described.needs, '') as needs,
        coalesce(valued.parameters, 'none') as parameters
    from described
    left join valued on described.indicator_code = valued.indicator_code
)

select * from final
