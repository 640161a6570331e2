{#- Whether an industry is one that a program leads to, by the first two digits of its CIP code. The seed must be the CTE `fields`. -#}
{% macro ind_in_field(cip_code, naics_sector) -%}
exists(
            select 1 from fields
            where
                fields.cip_family_code = left({{ cip_code }}, 2)
                and fields.naics_sector = {{ naics_sector }}
        )
{%- endmacro %}
