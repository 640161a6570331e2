"""Whether a delivery may be taken in under the state's agreements.

What a loader asks for is `ingest.permission`; this is one answer to it.
"""

import datetime
import hashlib
from dataclasses import dataclass

from governance.agreements.agreement import Agreement
from governance.agreements.coverage import NoAgreement, Question, require
from governance.agreements.register import agreements
from ingest.catalogue import Layout, load_catalogue
from warehouse.errors import P20WError
from warehouse.state import State


@dataclass(frozen=True)
class AgreedDeliveries:
    """The state's agreements on one day, asked for each delivery.

    Attributes:
        known: None where the state wants no agreements asked for.
    """

    state: State
    known: tuple[Agreement, ...] | None
    on: datetime.date

    def stamp(self, layout_key: str) -> str:
        """Return what an answer about a layout depends on: with another one a refused file is tried again."""
        if self.known is None:
            return ""
        told = [
            f"{one.model_dump_json()} {one.is_in_force(self.on)}"
            for one in self.known
            if one.speaks_of(layout_key)
        ]
        return hashlib.sha256("\n".join(told).encode()).hexdigest()

    def check(self, layout: Layout, form: str, submitter: str) -> None:
        """Raise P20WError with the missing clause unless every column of the form may be taken in."""
        if self.known is not None:
            columns = layout.columns_in(form)
            require(self.known, self.state, Question(layout, columns, submitter, "load", self.on))


def agreed_deliveries(state: State, on: datetime.date | None = None) -> AgreedDeliveries:
    """Return the answers of the state's agreements, those of today unless another day is given."""
    on = on or datetime.datetime.now(datetime.UTC).date()
    required = state.governance.agreements == "required"
    return AgreedDeliveries(state, tuple(agreements(state)) if required else None, on)


def uncovered(state: State, on: datetime.date | None = None) -> list[P20WError]:
    """Return, for each layout of each submitter, why its newest form could not be taken in today."""
    asked = agreed_deliveries(state, on)
    layouts = load_catalogue().layouts
    missing: list[P20WError] = []
    for name, submitter in state.submitters.items():
        for key in submitter.layouts:
            layout = layouts[key]
            form = max(layout.versions_of(submitter.variants.get(key) or layout.own_variant))
            try:
                asked.check(layout, form, name)
            except NoAgreement as error:
                missing.append(error)
    return missing
