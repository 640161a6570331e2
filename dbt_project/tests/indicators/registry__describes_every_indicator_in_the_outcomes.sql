-- What:    an indicator has outcomes and no description of that version in the registry.
-- Matters: a number without its definition, exclusions and caveats cannot be released.
-- Resolve: give the model a meta.indicator whose code and version are those of its rows.
{{ config(meta={'dagster': {'ref': {'name': 'registry'}}}) }}
select distinct
    outcomes.indicator_code,
    outcomes.indicator_version
from {{ ref('outcome') }} as outcomes
left join {{ ref('registry') }} as registry
    on outcomes.indicator_code = registry.indicator_code and outcomes.indicator_version = registry.indicator_version
where registry.indicator_code is null
