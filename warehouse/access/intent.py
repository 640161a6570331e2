"""The one table of who may do what: group roles, what each may do in which relations, which rows of them, who owns what.

Data only. Making it true belongs to `settle`; a relation that is not named here may be read by nobody but its owner.
"""

from __future__ import annotations

from dataclasses import dataclass

PREFIX = "p20w_"
SCHEMAS = ("raw", "quality", "staging", "identity", "core", "indicators", "marts", "published", "control")
EVERY = "*"

#: Group role, without its prefix → its duty. None can log in; a login is a member of one of them.
ROLES = {
    "owner": "Administers: reads and writes every table, and makes new ones.",
    "loader": "Loads deliveries and judges them.",
    "steward": "Types deliveries and splits them into vault and content; judges what was made. It alone sees both sides.",
    "linker": "Links the records of the vault into people; sees no content.",
    "transformer": "Builds core, indicators and marts; sees no name, number or birth date of a person.",
    "analyst": "Reads de-identified tables and what is published.",
    "agency": "Reads what goes back to its own submitters, and what is published.",
    "educator": "Reads the K-12 facts of the learners of one school or district, and what is published.",
    "publisher": "Makes releases out of the cube; sees no person.",
    "extractor": "Makes research extracts out of de-identified tables; of the vault it sees the codes of projects alone.",
    "auditor": "Reads control, quality and published tables, the logs among them.",
}

_READ = ("select",)
_ADD = ("select", "insert")
_WRITE = ("select", "insert", "update", "delete")
_ALL = ("select", "insert", "update", "delete", "truncate")

#: Tables of the vault that the migrations make; the others there are dbt's.
LINKAGE_TABLES = (
    *("edge", "membership", "membership_at", "person", "person_event", "review_item", "decision"),
    *("linkage_measure", "nsc_request", "nsc_request_member", "encoded_delivery", "encoded_match"),
)
LINKAGE_VIEWS = ("person_crosswalk", "person_crosswalk_at", "decision_in_force", "encoded_crosswalk")
_RECORDS = ("person_record", "source_record", "person_description")
_CODES = ("code", "code_map", "state_parameter")
_RESULTS = ("plausibility_result", "validation_result")
_AGENCY_TABLES = ("noted_row", "rejected_row", "rule_result", "scorecard")
LOGS = ("access_log", "disclosure_log", "override_log")
_DIRECTORIES = ("dim_school", "dim_program", "dim_institution", "dim_credential", "dim_year")
#: Of core, what a school or a district may see of its own learners; wages and programs of other agencies are not among it.
LEARNER_TABLES = (
    *("dim_person", "brg_person_race", "brg_person_subgroup", "fct_k12_cohort", "fct_k12_enrollment"),
    *(
        "fct_k12_enrollment_spell",
        "fct_k12_status",
        "fct_diploma",
        "fct_cte_course",
        "fct_work_based_learning",
    ),
    "fct_credential_award",
)


@dataclass(frozen=True)
class Grant:
    """What a role may do with relations of one schema."""

    role: str
    schema: str
    relations: tuple[str, ...]
    verbs: tuple[str, ...]


def _grants(role: str, **schemas: tuple[tuple[tuple[str, ...], tuple[str, ...]], ...]) -> list[Grant]:
    return [
        Grant(role, schema, relations, verbs)
        for schema, grants in schemas.items()
        for relations, verbs in grants
    ]


_ANY = (EVERY,)
GRANTS: tuple[Grant, ...] = (
    *(Grant("owner", schema, _ANY, _ALL) for schema in SCHEMAS if schema != "control"),
    *_grants("owner", control=((_ANY, _ALL),)),
    *_grants(
        "loader",
        raw=((_ANY, _ALL),),
        quality=((_ANY, _WRITE),),
        control=(
            (("delivery", "delivery_event", "expected_delivery", "landed_file", *_CODES), _WRITE),
            (("delivery_status",), _ADD),
            (("delivery_timeliness", "linkage_run", "destroyed_content"), _READ),
        ),
    ),
    *_grants(
        "steward",
        raw=((_ANY, _READ),),
        staging=((_ANY, _READ),),
        identity=((_ANY, _READ),),
        core=((_ANY, _READ),),
        indicators=((_ANY, _READ),),
        marts=((_ANY, _READ),),
        published=((_ANY, _READ),),
        quality=((_ANY, _READ), (("scorecard",), _ADD), (_RESULTS, _WRITE)),
        control=(
            (("delivery", "delivery_timeliness", "expected_delivery", "linkage_run", "release", *_CODES), _READ),
            (("access_grant", "access_policy"), _READ),
        ),
    ),
    *_grants(
        "linker",
        identity=(((*LINKAGE_TABLES,), _ALL), ((*LINKAGE_VIEWS, *_RECORDS), _READ)),
        control=((("linkage_run", "linkage_run_event"), _WRITE), (("delivery",), _READ)),
    ),
    *_grants(
        "transformer",
        staging=((_ANY, _READ),),
        # Random ids on both sides: which record belongs to which person.
        identity=((("membership", "person_crosswalk"), _READ),),
        core=((_ANY, _READ),),
        indicators=((_ANY, _READ),),
        marts=((_ANY, _READ),),
        quality=((("rejected_row", "replaced_row"), _READ),),
        control=(
            (("delivery", "linkage_run", *_CODES), _READ),
            (("access_grant", "access_policy"), _READ),
        ),
    ),
    *_grants(
        "analyst",
        core=((_ANY, _READ),),
        indicators=((_ANY, _READ),),
        marts=((_ANY, _READ),),
        published=((_ANY, _READ),),
    ),
    *_grants(
        "agency",
        quality=(
            (("rule", "limitation", "agency_finding", "agency_scorecard", *_AGENCY_TABLES), _READ),
        ),
        control=((("delivery", "agency_login"), _READ),),
        published=((_ANY, _READ),),
    ),
    *_grants(
        "educator",
        core=(((*LEARNER_TABLES, *_DIRECTORIES), _READ),),
        control=((("educator_login",), _READ),),
        published=((_ANY, _READ),),
    ),
    *_grants(
        "publisher",
        indicators=((("cube", "registry", "cohort_overlap"), _READ),),
        core=((("dim_school", "dim_program"), _READ),),
        published=((_ANY, _WRITE),),
        quality=((("limitation",), _READ),),
        control=(
            (("release",), _WRITE),
            (("delivery", "linkage_run", "disclosure_log"), _READ),
        ),
    ),
    *_grants(
        "extractor",
        core=((_ANY, _READ),),
        indicators=((_ANY, _READ),),
        published=((_ANY, _READ),),
        identity=((("research_extract_code",), ("select", "insert", "delete")),),
        control=(
            (("research_extract",), ("select", "insert", "update")),
            (("research_extract_event",), _ADD),
            (("delivery", "linkage_run"), _READ),
        ),
    ),
    *_grants(
        "auditor",
        quality=((_ANY, _READ),),
        control=((_ANY, _READ),),
        published=((_ANY, _READ),),
    ),
)  # fmt: skip

#: Who writes entries of the logs in the course of a step; the triggers choose number, time and seal.
LOG_WRITERS = ("owner", "loader", "steward", "linker", "publisher", "extractor")
LOG_COLUMNS = {"insert": ("actor", "action", "subject", "detail"), "select": ("position", "hash")}

#: Schema → the role in whose name a step makes its relations, and which relations are another's.
MAKERS = {
    "raw": "loader",
    "staging": "steward",
    "identity": "steward",
    "core": "transformer",
    "indicators": "transformer",
    "marts": "transformer",
}
MADE_BY: dict[tuple[str, str], str | None] = {
    ("staging", "person_key"): "transformer",
    # Codes of projects: made by a migration, whose login keeps them; extracts only fill it.
    ("identity", "research_extract_code"): None,
    **{("identity", name): "linker" for name in (*LINKAGE_TABLES, *LINKAGE_VIEWS)},
}
#: Roles that make relations in a schema.
CREATORS = {
    "raw": ("loader",),
    "staging": ("steward", "transformer"),
    "identity": ("steward", "linker"),
    "core": ("transformer",),
    "indicators": ("transformer",),
    "marts": ("transformer",),
}


@dataclass(frozen=True)
class Policy:
    """The rows of a relation that a restricted role may read; every other role that may read it reads all."""

    schema: str
    relation: str
    role: str
    condition: str


_OWN = "submitter in (select submitter from control.agency_login where login_role = current_user)"
_OWN_DELIVERY = f"delivery_id in (select delivery_id from control.delivery where {_OWN})"
# By way of functions: a condition that names a table of dbt would go when that table is made anew.
_OWN_SCHOOL = "school_id in (select control.own_schools())"
_OWN_LEARNER = "person_id in (select control.own_learners())"
_OF_A_SCHOOL = (
    *("fct_k12_enrollment", "fct_k12_enrollment_spell", "fct_diploma", "fct_cte_course"),
    "fct_work_based_learning",
)
RESTRICTED = ("agency", "educator")
POLICIES: tuple[Policy, ...] = (
    Policy("control", "agency_login", "agency", "login_role = current_user"),
    Policy("control", "delivery", "agency", _OWN),
    Policy("quality", "limitation", "agency", f"submitter is null or {_OWN}"),
    Policy("quality", "noted_row", "agency", _OWN_DELIVERY),
    Policy("quality", "rejected_row", "agency", _OWN_DELIVERY),
    Policy("quality", "rule_result", "agency", _OWN_DELIVERY),
    Policy("quality", "scorecard", "agency", _OWN),
    Policy("control", "educator_login", "educator", "login_role = current_user"),
    *(Policy("core", name, "educator", _OWN_SCHOOL) for name in _OF_A_SCHOOL),
    *(
        Policy("core", name, "educator", _OWN_LEARNER)
        for name in LEARNER_TABLES
        if name not in (*_OF_A_SCHOOL, "fct_credential_award")
    ),
    Policy("core", "fct_credential_award", "educator", f"reported_by = 'k12' and {_OWN_LEARNER}"),
)


def verbs_of(role: str, schema: str, relation: str) -> frozenset[str]:
    """What a role is meant to be able to do with a relation that it does not own."""
    if schema == "control" and relation in LOGS:
        return frozenset(_READ) if _reads_log(role, relation) else frozenset()
    return frozenset(
        verb
        for grant in GRANTS
        if grant.role == role and grant.schema == schema and not {EVERY, relation}.isdisjoint(grant.relations)
        for verb in grant.verbs
    )


def _reads_log(role: str, log: str) -> bool:
    # Whoever publishes sees what it told of, and which offices agreed.
    return role in ("owner", "auditor") or (role == "publisher" and log != "access_log")


def maker_of(schema: str, relation: str) -> str | None:
    """The role that owns a relation; None where it is the login's that ran the migrations."""
    return MADE_BY.get((schema, relation), MAKERS.get(schema))


def uses(role: str, schema: str) -> bool:
    """Whether a role has anything to do in a schema."""
    return role in CREATORS.get(schema, ()) or any(g.role == role and g.schema == schema for g in GRANTS)
