{#- The kinds of milestone and where each is found: type, day, organization, program, the CTE of fct_pathway_event, condition, grouping. -#}
{% macro core_milestones() -%}
{%- set kinds = [
    ("high_school_entry", "min(entry_date)", "min(school_id)", "cast(null as text)",
     "spells", "true", "person_id"),
    ("cte_course_passed", "make_date(school_year, 6, 30)", "min(school_id)", "cip_code",
     "courses", "is_passed", "person_id, school_year, cip_code"),
    ("work_based_learning", "begin_date", "school_id", "cast(null as text)",
     "experiences", "is_completed", ""),
    ("credential_awarded", "award_date", "reported_by", "cip_code",
     "credentials", "reported_by <> 'postsecondary'", ""),
    ("diploma_awarded", "diploma_date", "school_id", "cast(null as text)",
     "diplomas", "diploma_treatment in ('regular', 'alternate')", ""),
    ("equivalency_awarded", "diploma_date", "school_id", "cast(null as text)",
     "diplomas", "diploma_treatment = 'equivalency'", ""),
    ("dual_enrollment", "min(begin_date)", "institution_key", "cast(null as text)",
     "college", "is_dual", "person_id, institution_key"),
    ("college_entry", "min(begin_date)", "institution_key", "cast(null as text)",
     "college", "not is_dual", "person_id, institution_key"),
    ("college_award", "award_date", "institution_key", "cip_code",
     "awards", "true", ""),
    ("workforce_program_entry", "program_entry_date", "cast(null as text)", "training_cip_code",
     "participations", "true", ""),
    ("workforce_program_exit", "program_exit_date", "cast(null as text)", "training_cip_code",
     "participations", "true", ""),
    ("job_begin", "make_date(min(quarter_index) / 4, min(quarter_index) % 4 * 3 + 1, 1)", "employer_key", "cast(null as text)",
     "wages", "wage_usd > 0", "person_id, employer_key"),
] -%}
{%- for event_type, event_date, organization_id, cip_code, relation, condition, grouping in kinds %}
    select
        person_id,
        '{{ event_type }}' as event_type,
        {{ event_date }} as event_date,
        {{ organization_id }} as organization_id,
        {{ cip_code }} as cip_code
    from {{ relation }}
    where {{ condition }}
    {{ 'group by ' ~ grouping if grouping }}
    {{ 'union all' if not loop.last }}
{%- endfor %}
{%- endmacro %}
