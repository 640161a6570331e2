{#- The federal roll-up of race and ethnicity: Hispanic or Latino wins over every race, two races or more are one group, nothing
    reported is null. `yes` is the code that means yes in the source (Y in school files, 1 in the PIRL). -#}
{% macro core_race_roll_up(yes) -%}
{%- set races = {
    'american_indian_or_alaska_native': 'AmericanIndianorAlaskaNative',
    'asian': 'Asian',
    'black_or_african_american': 'BlackorAfricanAmerican',
    'native_hawaiian_or_other_pacific_islander': 'NativeHawaiianorOtherPacificIslander',
    'white': 'White'
} -%}
case
    when hispanic_or_latino_ethnicity = '{{ yes }}' then 'HispanicorLatinoEthnicity'
    when num_nonnulls(
        {%- for column in races %}
        nullif({{ column }} = '{{ yes }}', false){{ ',' if not loop.last }}
        {%- endfor %}
    ) > 1 then 'TwoorMoreRaces'
    {%- for column, group in races.items() %}
    when {{ column }} = '{{ yes }}' then '{{ group }}'
    {%- endfor %}
end
{%- endmacro %}


{#- Race and ethnicity as they were ticked, in one fixed order and joined by '+'; null where nothing was. -#}
{% macro core_race_selections(yes) -%}
{%- set selections = {
    'hispanic_or_latino_ethnicity': 'HispanicorLatinoEthnicity',
    'american_indian_or_alaska_native': 'AmericanIndianorAlaskaNative',
    'asian': 'Asian',
    'black_or_african_american': 'BlackorAfricanAmerican',
    'native_hawaiian_or_other_pacific_islander': 'NativeHawaiianorOtherPacificIslander',
    'white': 'White'
} -%}
nullif(concat_ws('+',
        {%- for column, group in selections.items() %}
        case when {{ column }} = '{{ yes }}' then '{{ group }}' end{{ ',' if not loop.last }}
        {%- endfor %}
), '')
{%- endmacro %}
