{#- A birth date; null for the one that stands for an unknown date, for one later than the delivery's period, and in K-12 for an
    age outside 3 to 22 at the end of the school year. -#}
{% macro birthdate_or_null(column, period_year, source) -%}
    case
        when {{ column }} = date '1900-01-01' or extract(year from {{ column }}) > {{ period_year }} then null
        when
            {{ source }} = 'k12'
            and extract(year from age(make_date({{ period_year }}, 6, 30), {{ column }})) not between 3 and 22
            then null
        else {{ column }}
    end
{%- endmacro %}
