{#- Words that systems write where no name is known. They would link strangers to each other. -#}
{% macro is_placeholder(column) -%}
    coalesce(upper({{ column }}) in ('UNKNOWN', 'BABY GIRL', 'BABY BOY', 'TEST', 'NULL', 'MALE', 'FEMALE'), false)
{%- endmacro %}


{#- A name in capitals, spelled as delivered; null where the words are a placeholder. -#}
{% macro name_or_null(column) -%}
    case when not {{ is_placeholder(column) }} then upper({{ column }}) end
{%- endmacro %}
