-- One row per indicator and version: what it means, read from the description that stands beside its model.
with described as (
    {{ ind_described([
        'name', 'unit', 'definition', 'numerator', 'denominator', 'exclusions', 'sources', 'lag', 'citation', 'caveats'
    ]) }}
),

parameters as (select * from {{ ref('indicator_parameter') }}),

-- The values in force, from the table of parameters.
valued as (
    select
        indicator_code,
        string_agg(parameter || ' = ' || value || ' (' || meaning || ')', '; ' order by parameter) as parameters
    from parameters
    group by indicator_code
),

final as (
    select
        described.*,
        coalesce(valued.parameters, 'none') as parameters
    from described
    left join valued on described.indicator_code = valued.indicator_code
)

select * from final
