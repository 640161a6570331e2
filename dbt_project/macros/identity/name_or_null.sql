{#- A name in capitals, spelled as delivered; null for the words that systems write where no name is known, which would link
    strangers to each other. -#}
{% macro name_or_null(column) -%}
    case
        when upper({{ column }}) not in ('UNKNOWN', 'BABY GIRL', 'BABY BOY', 'TEST', 'NULL', 'MALE', 'FEMALE')
            then upper({{ column }})
    end
{%- endmacro %}
