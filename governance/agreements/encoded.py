"""Whether keyed encodings of an agency's records may be taken in and linked.

They show no identifier, and are made to tell who somebody is: a disclosure like any other.
"""

import datetime
from typing import NamedTuple

from governance.agreements.agreement import ENCODED
from governance.agreements.coverage import Question, require
from governance.agreements.register import agreements
from warehouse.state import State


class _Encodings(NamedTuple):
    """What an agreement names for them."""

    key: str = ENCODED
    source: str = ENCODED.partition("/")[0]


def require_encoded(state: State, agency: str, on: datetime.date | None = None) -> None:
    """Raise NoAgreement with the missing clause unless the agency's encodings may be taken in."""
    if state.governance.agreements == "required":
        today = on or datetime.datetime.now(datetime.UTC).date()
        require(agreements(state), state, Question(_Encodings(), (), agency, "load", today))
