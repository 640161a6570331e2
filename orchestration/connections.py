"""Connection URLs for people and other programs: joins logins, the rows that they may see, and the access log."""

from collections.abc import Sequence

from quality_checks.access import grant_agency
from warehouse.access.logins import give_login, grant_educator, login_name
from warehouse.connection import Warehouse
from warehouse.errors import P20WError
from warehouse.ledger import accessed, record
from warehouse.state import load_state


def connection_url(
    warehouse: Warehouse,
    role: str | None,
    days: int,
    submitters: Sequence[str] = (),
    schools: Sequence[str] = (),
    districts: Sequence[str] = (),
) -> str:
    """The URL of the owner's login, or of a login with one duty; entered in the access log.

    Raises:
        P20WError: The role needs to know whose rows, or does not take them, or there is no such submitter.
    """
    if role is None:
        if submitters or schools or districts:
            raise P20WError("Whose rows belongs to a role.", "Say --role agency or --role educator.")
        record(warehouse, accessed("connection given out", "the owner's login"))
        return warehouse.url
    _check(role, submitters, schools, districts)
    whose = [*submitters, *schools, *districts]
    name = login_name(warehouse, role, "_".join(whose))
    url = give_login(warehouse, role, name, days=days)
    if submitters:
        grant_agency(warehouse, name, submitters)
    if schools or districts:
        grant_educator(warehouse, name, schools, districts)
    record(
        warehouse,
        accessed("connection given out", name, role=role, days=days, organizations=", ".join(whose)),
    )
    return url


def _check(role: str, submitters: Sequence[str], schools: Sequence[str], districts: Sequence[str]) -> None:
    needed = {
        "agency": ("--submitter", bool(submitters)),
        "educator": ("--school or --district", bool(schools or districts)),
    }
    for known, (option, given) in needed.items():
        if role == known and not given:
            raise P20WError(f"The role {role} sees rows of its own only.", f"Say whose: {option}.")
        if role != known and given:
            raise P20WError(f"The role {role} takes no {option}.", f"That belongs to --role {known}.")
    known_submitters = load_state().submitters
    for submitter in submitters:
        if submitter not in known_submitters:
            raise P20WError(
                f"There is no submitter {submitter}.", f"The state has {', '.join(known_submitters)}."
            )
