"""The state's choices of indicator parameters, kept in a table so that SQL models read them without variables.

Which parameters exist and what they default to is the indicators' matter; here is only what a state's file says.
"""

from warehouse.connection import Warehouse
from warehouse.state import State

#: How the indicators name the scope within which a concentrator's courses count together.
_SCOPES = {"program": "program", "career_cluster": "cluster"}


def chosen(state: State) -> dict[tuple[str, str], str]:
    """(set of parameters, parameter) -> value as text, for all that the state's file decides."""
    perkins = state.perkins
    concentrator = perkins.concentrator
    since = f" since {perkins.valid_from}" if perkins.valid_from else ""
    return {
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


def sync_parameters(warehouse: Warehouse, state: State) -> None:
    """Make control.state_parameter say what the state's file says; the whole table in one transaction."""
    rows = [(code, parameter, value) for (code, parameter), value in chosen(state).items()]
    with warehouse.connect() as connection, connection.cursor() as cursor:
        cursor.execute("lock table control.state_parameter in share row exclusive mode")
        cursor.execute("delete from control.state_parameter")
        cursor.executemany("insert into control.state_parameter values (%s, %s, %s)", rows)
