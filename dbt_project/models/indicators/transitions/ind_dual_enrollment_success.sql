-- One row per graduate who took college courses in high school: earned college credit in them.
with graduates as (select * from {{ ref('int_k12__graduate_preparation') }}),

parameters as ({{ ind_parameters('DUAL_SUCCESS', ['min_credits']) }}),

judged as (
    select
        {{ ind_unit('graduates') }},
        graduates.is_college_available as is_available,
        case
            when graduates.dual_credits >= cast(parameters.min_credits as numeric) then graduates.dual_source
        end as found_in,
        cast(null as text) as employer_key
    from graduates
    cross join parameters
    where graduates.is_college_covered and graduates.dual_source is not null
),

final as (
    select
        'DUAL_SUCCESS' as indicator_code,
        '1.0' as indicator_version,
        {{ ind_judged() }}
    from judged
)

select * from final
