{#- For each unit of a relation with person_id, unit_id, opens and closes: one college spell that overlaps the days from opens to
    closes, both included. Of several the unit record stands before the Clearinghouse, then the earliest. College work of
    high-school students is none. The relation fct_postsecondary_enrollment must be the CTE `college`. -#}
{% macro ind_first_spell(relation) %}
    select distinct on (units.unit_id)
        units.unit_id,
        college.evidence_source,
        college.institution_key,
        college.begin_date,
        college.end_date
    from {{ relation }} as units
    inner join college
        on
            units.person_id = college.person_id
            and units.opens <= college.end_date
            and units.closes >= college.begin_date
    where not college.is_dual
    order by
        units.unit_id asc, college.evidence_source desc, college.begin_date asc, college.institution_key asc
{% endmacro %}
