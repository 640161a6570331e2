-- One row per cell of a subgroup: its gap against a reference group and against everybody else.
-- Read several times and by index each time: materialising it would cost more.
with cells as not materialized (select * from {{ ref('cube') }}),

parameters as ({{ ind_parameters('EQUITY', ['min_count', 'reference']) }}),

groups as (
    select * from cells
    where subgroup_dimension <> 'all' and denominator_count > 0
),

compared as (
    select
        groups.*,
        reference.subgroup as reference_subgroup,
        reference.denominator_count as reference_denominator_count,
        reference.numerator_count as reference_numerator_count,
        reference.rate as reference_rate,
        reference.median_amount_usd as reference_median_amount_usd,
        whole.denominator_count - groups.denominator_count as rest_denominator_count,
        whole.numerator_count - groups.numerator_count as rest_numerator_count,
        cast(parameters.min_count as integer) as min_count
    from groups
    cross join parameters
    inner join cells as whole
        on
            {{ ind_same_cell('groups', 'whole', ['subgroup_dimension', 'subgroup']) }}
            and whole.subgroup_dimension = 'all'
    left join cells as reference
        on
            {{ ind_same_cell('groups', 'reference', ['subgroup']) }}
            and reference.subgroup = any(string_to_array(parameters.reference, '|'))
),

-- Newcombe's interval of a difference is made of the two Wilson intervals.
bounded as (
    select
        *,
        rest_numerator_count / nullif(cast(rest_denominator_count as double precision), 0) as rest_rate,
        {{ ind_wilson('numerator_count', 'denominator_count', '-') }} as low,
        {{ ind_wilson('numerator_count', 'denominator_count', '+') }} as high,
        {{ ind_wilson('reference_numerator_count', 'reference_denominator_count', '-') }} as reference_low,
        {{ ind_wilson('reference_numerator_count', 'reference_denominator_count', '+') }} as reference_high
    from compared
),

final as (
    select
        {{ ind_cell_keys() }},
        denominator_count,
        rate,
        median_amount_usd,
        reference_subgroup,
        reference_denominator_count,
        coalesce(rate - reference_rate, median_amount_usd - reference_median_amount_usd) as gap_to_reference,
        coalesce(rate, median_amount_usd) / nullif(coalesce(reference_rate, reference_median_amount_usd), 0)
            as ratio_to_reference,
        case
            when rate is not null
                then rate - reference_rate - sqrt((rate - low) ^ 2 + (reference_high - reference_rate) ^ 2)
        end as gap_low,
        case
            when rate is not null
                then rate - reference_rate + sqrt((high - rate) ^ 2 + (reference_rate - reference_low) ^ 2)
        end as gap_high,
        rate - rest_rate as gap_to_rest,
        rate / nullif(rest_rate, 0) as ratio_to_rest,
        denominator_count >= min_count and coalesce(reference_denominator_count >= min_count, false) as is_large_enough
    from bounded
)

select * from final
