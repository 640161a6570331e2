{#- Typed columns out of delivered text. A value that is not of its type becomes null: the quality gate has already told the sender.
    The plural forms give one column per name, for layouts too wide for a line each. -#}
{% macro as_text(column) -%}
    nullif(btrim({{ column }}), '')
{%- endmacro %}


{% macro as_date(column, format='date_format') -%}
    control.to_date({{ column }}, {{ format }})
{%- endmacro %}


{% macro as_integer(column) -%}
    control.to_integer({{ column }})
{%- endmacro %}


{% macro as_decimal(column) -%}
    control.to_decimal({{ column }})
{%- endmacro %}


{#- The standard code behind a submitter's local code; null when the submitter's map has none. -#}
{% macro as_code(column, code_set) -%}
    code_map ->> ('{{ code_set }}/' || btrim({{ column }}))
{%- endmacro %}


{% macro as_texts(columns) -%}
    {%- for column in columns %}{{ as_text(column) }} as {{ column }}{{ ', ' if not loop.last }}{% endfor -%}
{%- endmacro %}


{% macro as_dates(columns) -%}
    {%- for column in columns %}{{ as_date(column) }} as {{ column }}{{ ', ' if not loop.last }}{% endfor -%}
{%- endmacro %}


{% macro as_decimals(columns) -%}
    {%- for column in columns %}{{ as_decimal(column) }} as {{ column }}{{ ', ' if not loop.last }}{% endfor -%}
{%- endmacro %}


{% macro as_codes(code_set, columns) -%}
    {%- for column in columns %}{{ as_code(column, code_set) }} as {{ column }}{{ ', ' if not loop.last }}{% endfor -%}
{%- endmacro %}
