"""The release suite: is what is about to be published whole and plausible? Privacy is not judged here.

Works on what would be printed and on the newest release; an error stops the release, a warning is for the steward.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from warehouse.errors import P20WError

if TYPE_CHECKING:
    from psycopg import Connection

    from governance.release_store import ReleaseContent

# A state's cohort that has changed by more than this part has probably lost or doubled a file.
_LARGEST_CHANGE = 0.2
# Rates and amounts that cannot be.
_HIGHEST = {"percent": 100.0, "usd": 10_000_000.0}


class ImplausibleRelease(P20WError):
    """A number that is about to be published cannot be right."""


def check_content(connection: Connection[Any], content: ReleaseContent) -> list[str]:
    """Refuse what cannot be; say what is odd."""
    _refuse_impossible(content)
    _refuse_overfull(connection)
    return [*_lost_cohorts(connection, content), *_changed_cohorts(connection, content)]


def _refuse_impossible(content: ReleaseContent) -> None:
    units = {(entry.code, entry.version): entry.unit for entry in content.indicators}
    for cell in content.cells:
        unit = units[cell.indicator_code, cell.indicator_version]
        numbers = (cell.shown_value or "").lstrip("<>=").split("-")
        if any(number and float(number) > _HIGHEST[unit] for number in numbers):
            raise ImplausibleRelease(
                f"{cell.indicator_code}, cohort {cell.cohort_period}, {cell.dimension}: a value is beyond what can be.",
                "Look at the indicator's model and its sources; nothing was published.",
            )


def _refuse_overfull(connection: Connection[Any]) -> None:
    row = connection.execute(
        "select indicator_code, cohort_period from indicators.cube"
        " where numerator_count > denominator_count or denominator_count < 0 limit 1"
    ).fetchone()
    if row:
        raise ImplausibleRelease(
            f"{row[0]}, cohort {row[1]}: more people have the outcome than there are.",
            "Look at the indicator's model; nothing was published.",
        )


def _totals(connection: Connection[Any]) -> dict[tuple[str, str], str | None]:
    return {
        (code, cohort): count
        for code, cohort, count in connection.execute(
            "select indicator_code, cohort_period, shown_count from published.indicator_cell"
            " where dimension = 'state' and release_id ="
            " (select max(release_id) from control.release where status = 'published')"
        )
    }


def _lost_cohorts(connection: Connection[Any], content: ReleaseContent) -> list[str]:
    now = {(cell.indicator_code, cell.cohort_period) for cell in content.cells}
    return [
        f"{code}: cohort {cohort} of the newest release is no longer complete."
        for code, cohort in sorted(set(_totals(connection)) - now)
    ]


def _changed_cohorts(connection: Connection[Any], content: ReleaseContent) -> list[str]:
    before, found = _totals(connection), []
    for cell in content.cells:
        if cell.dimension != "state" or cell.shown_count is None:
            continue
        old = before.get((cell.indicator_code, cell.cohort_period))
        if old is None or not int(old):
            continue
        if abs(int(cell.shown_count) - int(old)) > _LARGEST_CHANGE * int(old):
            found.append(
                f"{cell.indicator_code}: cohort {cell.cohort_period} has changed by more than"
                f" {_LARGEST_CHANGE:.0%} since the newest release."
            )
    return found
