"""The delivery calendar: which deliveries are expected, by when, and what is late.

Belongs here: the calendar of the state's file brought into control.expected_delivery, and questions to it. Must not
come here: loading. What counts as late is decided by the view control.delivery_timeliness alone.
"""

import datetime
from collections.abc import Iterator
from dataclasses import dataclass

from ingest.catalogue import Catalogue, load_catalogue
from ingest.layout import Layout
from ingest.periods import period_days, periods_from
from warehouse.connection import Warehouse
from warehouse.errors import P20WError
from warehouse.state import State
from warehouse.state_sections.senders import Due, Expectation

# How far ahead the calendar is looked at: what is due soon is shown as expected.
_AHEAD = datetime.timedelta(days=90)

_SYNC = """
    with wanted as (
        select layout, submitter, period, due_on, %s::date as as_of
        from unnest(%s::text[], %s::text[], %s::text[], %s::date[]) as w(layout, submitter, period, due_on)
    ), gone as (
        delete from control.expected_delivery as e where not exists (
            select from wanted as w
            where (w.layout, w.submitter, w.period) = (e.layout, e.submitter, e.period))
    )
    insert into control.expected_delivery as e (layout, submitter, period, due_on, as_of)
    select layout, submitter, period, due_on, as_of from wanted
    on conflict (layout, submitter, period) do update set due_on = excluded.due_on, as_of = excluded.as_of
    where (e.due_on, e.as_of) is distinct from (excluded.due_on, excluded.as_of)
"""


@dataclass(frozen=True)
class Expected:
    """One delivery that somebody has promised."""

    layout: str
    submitter: str
    period: str
    due_on: datetime.date


@dataclass(frozen=True)
class Timeliness:
    """An expected delivery and when it came.

    Attributes:
        received_on: day of the first delivery of this key that was not withdrawn; None while there is none.
        days_late: days after the due day; below zero when early; for a missing one, so far; None when not yet due.
        status: on_time, late, missing (due and not there), expected (not yet due).
    """

    layout: str
    submitter: str
    period: str
    due_on: datetime.date
    received_on: datetime.date | None
    days_late: int | None
    status: str


def known_until(state: State) -> datetime.date:
    """Return the day up to which the calendar is judged: today, or the day that the state's data end with."""
    return min(state.as_of, datetime.datetime.now(datetime.UTC).date())


def expected_deliveries(state: State, catalogue: Catalogue | None = None) -> list[Expected]:
    """Return what the calendar expects by now and within the next three months, each key once.

    Raises:
        P20WError: The calendar names a layout, a period or a submitter that does not fit.
    """
    catalogue = catalogue or load_catalogue()
    until = known_until(state) + _AHEAD
    found: dict[tuple[str, str, str], Expected] = {}
    for expectation in state.calendar:
        for key in expectation.layouts:
            layout = catalogue.layout(key)
            for period, due_on in _periods(layout, expectation, until):
                for submitter in _senders(state, key, expectation):
                    # A later line of the calendar is the more particular one.
                    found[key, submitter, period] = Expected(key, submitter, period, due_on)
    return sorted(found.values(), key=lambda e: (e.due_on, e.layout, e.submitter, e.period))


def due_on(layout: Layout, period: str, due: Due) -> datetime.date:
    """Return the day by which a period's delivery is due."""
    begin, end = period_days(layout.period, period)
    start = begin if due.after == "begin" else end
    if due.days is not None:
        return start + datetime.timedelta(days=due.days)
    month, day = (int(part) for part in (due.month_day or "").split("-"))
    this_year = datetime.date(start.year, month, day)
    return this_year if this_year >= start else this_year.replace(year=start.year + 1)


def sync_calendar(warehouse: Warehouse, state: State) -> int:
    """Make control.expected_delivery what the calendar says; return how many expectations are new or changed."""
    expected = expected_deliveries(state)
    columns = [[getattr(e, name) for e in expected] for name in ("layout", "submitter", "period", "due_on")]
    return warehouse.execute(_SYNC, [known_until(state), *columns])


def timeliness(
    warehouse: Warehouse, *, layout: str | None = None, statuses: tuple[str, ...] = ()
) -> list[Timeliness]:
    """Return the expected deliveries, by their due day; narrowed to a layout or some statuses."""
    rows = warehouse.fetch_dicts(
        f"select {', '.join(Timeliness.__dataclass_fields__)} from control.delivery_timeliness"
        " where (%(layout)s::text is null or layout = %(layout)s) and (%(any)s or status = any(%(statuses)s))"
        " order by due_on, layout, submitter, period",
        {"layout": layout, "any": not statuses, "statuses": list(statuses)},
    )
    return [Timeliness(**row) for row in rows]


def _periods(
    layout: Layout, expectation: Expectation, until: datetime.date
) -> Iterator[tuple[str, datetime.date]]:
    layout.period_year(expectation.first)
    if expectation.last is not None:
        layout.period_year(expectation.last)
    for period in periods_from(layout.period, expectation.first):
        day = due_on(layout, period, expectation.due)
        if day > until:
            return
        if expectation.terms and period[4:] not in expectation.terms:
            continue
        yield period, day
        if period == expectation.last:
            return


def _senders(state: State, key: str, expectation: Expectation) -> list[str]:
    senders = state.submitters_of(key)
    if wrong := [name for name in expectation.submitters if name not in senders]:
        raise P20WError(
            f"The calendar expects {key} from {wrong[0]}, who does not send it.",
            f"{key} is sent by: {', '.join(senders) or 'nobody yet'}. Correct calendar in the state file.",
        )
    return expectation.submitters or senders
