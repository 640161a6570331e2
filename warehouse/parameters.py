"""The state's choices of indicator parameters, kept in a table so that SQL models read them without variables.

Which parameters exist and what they default to is the indicators' matter; here is only what a state's file says, and that
it names nothing else.
"""

from collections.abc import Collection, Mapping
from difflib import get_close_matches
from pathlib import Path

from warehouse.connection import Warehouse
from warehouse.errors import P20WError
from warehouse.state import State
from warehouse.yaml_lines import line_of

#: What may be set for every indicator beside its parameters; `target_<cohort>` for one cohort.
TARGET = "target"

#: How the indicators name the scope within which a concentrator's courses count together.
_SCOPES = {"program": "program", "career_cluster": "cluster"}


def chosen(state: State) -> dict[tuple[str, str], str]:
    """(set of parameters, parameter) -> value as text, for all that the state's file decides."""
    perkins = state.perkins
    pathways = {
        (f"PATHWAY:{code}", name): value
        for code, pathway in state.pathways.items()
        for name, value in (
            ("name", pathway.name),
            ("programs", "|".join(pathway.programs)),
            ("credentials", "|".join(pathway.credentials)),
            ("sectors", "|".join(pathway.sectors)),
        )
    }
    concentrator = perkins.concentrator
    since = f" since {perkins.valid_from}" if perkins.valid_from else ""
    return pathways | {
        ("PERKINS_SECONDARY", "definition"): f"{perkins.preset or 'own'}{since}",
        ("PERKINS_SECONDARY", "min_courses"): str(concentrator.min_courses),
        ("PERKINS_SECONDARY", "min_credits"): f"{concentrator.min_credits:g}",
        ("PERKINS_SECONDARY", "scope"): _SCOPES[concentrator.scope],
        ("PERKINS_SECONDARY", "allowed_levels"): "|".join(concentrator.allowed_levels),
        **{
            (code, parameter): str(value)
            for code, values in state.indicators.items()
            for parameter, value in values.items()
        },
    }


def sync_parameters(
    warehouse: Warehouse, state: State, in_force: Mapping[tuple[str, str], str] | None = None
) -> None:
    """Make control.state_parameter say what the state's file says, or what of it is in force; in one transaction."""
    values = chosen(state) if in_force is None else in_force
    rows = [(code, parameter, value) for (code, parameter), value in values.items()]
    with warehouse.connect() as connection, connection.cursor() as cursor:
        cursor.execute("lock table control.state_parameter in share row exclusive mode")
        cursor.execute("delete from control.state_parameter")
        cursor.executemany("insert into control.state_parameter values (%s, %s, %s)", rows)


def refuse_unknown(state: State, file: Path, known: Mapping[str, Collection[str]]) -> None:
    """Refuse what stands under `indicators` in the state's file and means nothing: it would be left out silently.

    Args:
        state: the state's choices, as read from the file.
        file: where they were read, to tell the line.
        known: code or set of parameters -> names of its parameters; a code that can have a target has `TARGET` among them.

    Raises:
        P20WError: with file, line and the nearest name that there is.
    """
    for code, values in state.indicators.items():
        if code not in known:
            raise _unknown(
                file, ("indicators", code), f"no indicator or set of parameters {code!r}", code, known
            )
        names = known[code]
        for parameter, value in values.items():
            place = ("indicators", code, parameter)
            is_target = parameter == TARGET or parameter.startswith(f"{TARGET}_")
            if not (parameter in names or (is_target and TARGET in names)):
                raise _unknown(file, place, f"no parameter {parameter!r} of {code}", parameter, names)
            if is_target and isinstance(value, str):
                raise P20WError(
                    f"{_place(file, place)}: the target of {code} is not a number.",
                    "Write a rate from 0 to 1, such as 0.7, or an amount in dollars.",
                )


def _unknown(file: Path, place: tuple[str, ...], what: str, name: str, names: Collection[str]) -> P20WError:
    near = get_close_matches(name.lower(), {known.lower(): known for known in names}, n=3, cutoff=0.5)
    there = [known for known in sorted(names) if known.lower() in near]
    hint = (
        f"Did you mean {' or '.join(there)}?" if there else f"There are {', '.join(sorted(names)) or 'none'}."
    )
    return P20WError(f"{_place(file, place)}: there is {what}.", hint)


def _place(file: Path, place: tuple[str, ...]) -> str:
    line = line_of(file.read_text(encoding="utf-8"), place)
    return f"{file}, line {line}" if line else str(file)
