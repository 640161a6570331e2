"""Whether numbers may be published under the state's agreements.

Which elements an indicator is made from is told by the caller: dbt's graph is not known here.
"""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING

from governance.agreements.coverage import NoAgreement, Question, require
from governance.agreements.register import agreements
from ingest.catalogue import load_catalogue

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from warehouse.connection import Warehouse
    from warehouse.state import State

_PUBLISHABLE = """
    select distinct indicator_code from indicators.cube where denominator_count > 0 order by indicator_code
"""
_SENT = "select distinct layout, submitter from control.delivery where status = 'accepted' order by 1, 2"


def require_publication(
    warehouse: Warehouse,
    state: State,
    elements_of: Mapping[str, Mapping[str, Sequence[str]]],
    on: datetime.date | None = None,
) -> None:
    """Raise NoAgreement with indicator, source and missing clause unless every source may be published from.

    Args:
        warehouse: the cube and the accepted deliveries.
        state: its agreements and whether they are asked for.
        elements_of: the layouts behind each indicator, and the columns of them that it is made from.
        on: the day of publication; else today.
    """
    has_cube = warehouse.fetch_value("select to_regclass('indicators.cube') is not null")
    if state.governance.agreements != "required" or not has_cube:
        return
    known, layouts = agreements(state), load_catalogue().layouts
    today = on or datetime.datetime.now(datetime.UTC).date()
    senders: dict[str, list[str]] = {}
    for layout, submitter in warehouse.fetch_all(_SENT):
        senders.setdefault(layout, []).append(submitter)
    for (code,) in warehouse.fetch_all(_PUBLISHABLE):
        for key, columns in elements_of.get(code, {}).items():
            elements = [layouts[key].columns_by_name[name] for name in columns]
            for submitter in senders.get(key, ()):
                question = Question(layouts[key], elements, submitter, "aggregates", today)
                try:
                    require(known, state, question)
                except NoAgreement as missing:
                    raise NoAgreement(
                        f"Nothing was published. {code} is made from {missing.message}", missing.hint
                    ) from None
