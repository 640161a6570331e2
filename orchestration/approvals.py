"""What there is to approve: layouts, their rules and indicator parameters, from the packages that do not know each other.

Belongs here: making items of them. Must not come here: what follows from approvals (governance.approvals).
"""

from collections.abc import Mapping
from typing import Any

from governance.approvals.item import Item, pending
from governance.approvals.register import approval_count, given, install, install_kind
from governance.approvals.waiting import ApprovedChanges, AwaitingApproval
from ingest.catalogue import load_catalogue
from ingest.layout import Layout
from orchestration.elements import definitions
from orchestration.readiness import layouts_by_indicator, parameter_sets
from quality_checks.catalogue import load_rules
from warehouse.connection import Warehouse
from warehouse.parameters import chosen
from warehouse.state import State

# What a column's or a rule's text says beside what it does; a better word is no change.
_WORDS = {"description", "note", "example", "owner", "steward", "ceds", "element"}
_WORDS_OF_RULES = {"origin", "owner", "reference", "repair"}
#: How the rule of an indicator and the settings of linkage are called among what is approved.
DEFINITION = " definition"
LINKAGE = "linkage settings"
_NOWHERE: dict[str, tuple[str, ...]] = {}


def changes_of(warehouse: Warehouse, state: State) -> ApprovedChanges:
    """Return the answers about layouts and their rules; of a state that wants no approvals nothing waits."""
    # Before the first use nothing has been approved, and nothing changed.
    if state.governance.approvals != "required" or not approval_count(warehouse):
        return ApprovedChanges(warehouse, lambda _: [])
    return ApprovedChanges(warehouse, lambda key: layout_items(state, key))


def all_items(state: State) -> list[Item]:
    """Return everything that there is to approve."""
    layouts = [item for key in load_catalogue().layouts for item in layout_items(state, key)]
    return layouts + parameter_items(state) + definition_items(state) + linkage_items(state)


def layout_items(state: State, key: str) -> list[Item]:
    """Return the forms of a layout and its rules; nobody approves what nobody sends."""
    catalogue = load_catalogue()
    if key not in catalogue.layouts:
        return []
    layout = catalogue.layouts[key]
    agencies = _agencies(state, (key,))
    codes = {name: catalogue.code_sets[name].codes for name in layout.code_sets}
    found = [
        Item("layout", f"{key} {form}", key, _form(layout, form, codes), agencies) for form in layout.versions
    ]
    if maps := _code_maps(state, layout):
        found.append(Item("layout", f"{key} code maps", key, maps, agencies))
    rules = load_rules().get(key)
    if rules is None:
        return found
    tolerance = {"rejected_tolerance": rules.rejected_tolerance}
    found.append(Item("rule", f"{key} rejected_tolerance", key, tolerance, agencies))
    for rule in rules.rules:
        content = rule.model_dump(mode="json", exclude=_WORDS_OF_RULES, exclude_defaults=True)
        found.append(Item("rule", rule.code, key, content, agencies))
    for rule, reason in rules.switched_off:
        found.append(Item("rule", rule.code, key, {"switched_off": reason}, agencies))
    return found


def _code_maps(state: State, layout: Layout) -> dict[str, Any]:
    """How submitters' own codes read in standard codes, for the code sets of a layout."""
    return {
        name: maps
        for name in state.submitters_of(layout.key)
        if (maps := {s: state.submitters[name].code_map(s) for s in sorted(layout.code_sets)
                     if state.submitters[name].code_map(s)})
    }  # fmt: skip


def definition_items(state: State) -> list[Item]:
    """Return the rule by which each indicator is computed."""
    behind = layouts_by_indicator()
    return [
        Item("rule", f"{code}{DEFINITION}", code, content, _agencies(state, behind.get(code, ())))
        for code, content in definitions().items()
    ]


def linkage_items(state: State) -> list[Item]:
    """Return which pairs count as one person; it touches everybody who sends records."""
    agencies = tuple(sorted({submitter.agency for submitter in state.submitters.values()}))
    content = state.linkage.model_dump(include={"threshold", "review_floor"})
    return [Item("rule", LINKAGE, "linkage", content, agencies)]


def with_approved_linkage(warehouse: Warehouse, state: State) -> State:
    """Return the state with the linkage settings in force: a change that waits leaves those approved before."""
    if state.governance.approvals != "required":
        return state
    for waiting in pending(linkage_items(state), given(warehouse, "linkage")):
        if waiting.approved:
            linkage = state.linkage.model_copy(update=dict(waiting.approved))
            return state.model_copy(update={"linkage": linkage})
    return state


def require_approved_definitions(warehouse: Warehouse, state: State) -> None:
    """Raise AwaitingApproval while an indicator of the cube is computed by a rule that not all have approved."""
    approvals = [one for one in given(warehouse) if one.name.endswith(DEFINITION)]
    if state.governance.approvals != "required" or not approvals:
        return
    computed = {
        code for (code,) in warehouse.fetch_all("select distinct indicator_code from indicators.cube")
    }
    items = [item for item in definition_items(state) if item.subject in computed]
    waits = [one for one in pending(items, approvals) if one.item.subject in computed]
    if waits:
        more = f"; and {len(waits) - 1} more" if len(waits) > 1 else ""
        raise AwaitingApproval(
            f"Nothing was published: {waits[0].sentence}{more}.",
            "`p20w approvals diff` shows what changed; `p20w approvals approve` records an agency's approval.",
        )


def _form(layout: Layout, form: str, codes: Mapping[str, Mapping[str, str]]) -> dict[str, Any]:
    columns = layout.columns_in(form)
    return {
        "period": layout.period,
        "key": layout.key_columns,
        "may_be_empty": layout.may_be_empty,
        "format": layout.versions[form].model_dump(mode="json", exclude_defaults=True),
        "columns": [
            {
                **column.model_dump(
                    mode="json",
                    exclude={*_WORDS, "headers", "position", "field", "required", "required_from"},
                ),
                "required": column.is_required_in(form),
                "place": column.position_in(form) or column.field_in(form) or column.headers_for(form),
            }
            for column in columns
        ],
        "codes": {name: dict(codes[name]) for name in sorted({c.code_set for c in columns if c.code_set})},
    }


def parameter_items(state: State) -> list[Item]:
    """Return the state's choices of indicator parameters."""
    behind, sets = (layouts_by_indicator(), parameter_sets()) if chosen(state) else (_NOWHERE, _NOWHERE)
    found = []
    for (code, parameter), value in chosen(state).items():
        layouts = {layout for indicator in sets.get(code, (code,)) for layout in behind.get(indicator, ())}
        agencies = _agencies(state, tuple(layouts))
        found.append(Item("parameter", f"{code}.{parameter}", code, {"value": value}, agencies))
    return found


def approved_parameters(warehouse: Warehouse, state: State) -> dict[tuple[str, str], str]:
    """Return the parameters in force: the state's choices, and for a change that waits what was approved before."""
    values = chosen(state)
    if state.governance.approvals != "required":
        return values
    approvals = [one for one in given(warehouse) if one.kind == "parameter"]
    for waiting in pending(parameter_items(state), approvals):
        code, _, parameter = waiting.item.name.partition(".")
        values.pop((code, parameter), None)
        if waiting.approved and "value" in waiting.approved:
            values[code, parameter] = str(waiting.approved["value"])
    return values


def install_approvals(warehouse: Warehouse, state: State) -> None:
    """Approve all as it is at the first use; afterwards nothing."""
    if state.governance.approvals != "required":
        return
    if not approval_count(warehouse):
        install(warehouse, all_items(state))
    else:
        # Kinds that are watched since a later version are taken over as they are, once.
        install_kind(warehouse, DEFINITION, lambda: definition_items(state))
        install_kind(warehouse, LINKAGE, lambda: linkage_items(state))


def _agencies(state: State, layouts: tuple[str, ...]) -> tuple[str, ...]:
    senders = {name for layout in layouts for name in state.submitters_of(layout)}
    return tuple(sorted({state.submitters[name].agency for name in senders}))
