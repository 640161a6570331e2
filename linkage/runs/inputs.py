"""What a run follows from: person records, decisions, model, thresholds; and digests that tell whether any of it changed.

Reading and fingerprinting belong here. What is done with it is decided in `step`.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from linkage.decisions.log import InForce
from linkage.engine import open_database
from linkage.models.model import LinkModel
from linkage.records import WAGE_SOURCES

if TYPE_CHECKING:
    import pyarrow as pa

    from warehouse.state import State

LOGIC_VERSION = 8
"""Raised when standardisation, vetoes or clustering change, so that unchanged records are linked again."""

RECORDS = """
select record_id::text as record_id, source, source_key, ssn, first_name, middle_name, last_name, generation_code,
    preferred_name, birthdate, sex, zip_code, other_first_names, other_last_names, set_aside, first_seen, last_seen
from identity.person_record
"""
_WAGES = ", ".join(f"'{source}'" for source in WAGE_SOURCES)
# A record that an agency issued weighs four times a spelling in a wage account.
PREVIOUS = f"""
select m.record_id::text as record_id, m.person_id::text as person_id, first.started_at as since,
    case when s.source in ({_WAGES}) then 1 else 4 end::bigint as trust, m.digest
from identity.membership as m
join control.linkage_run as live on live.linkage_run_id = m.linkage_run_id and live.status = 'live'
join identity.source_record as s on s.record_id = m.record_id
join identity.person as p on p.person_id = m.person_id
left join control.linkage_run as first on first.linkage_run_id = p.first_linkage_run_id
"""
FORMER = f"""
select m.record_id::text as record_id, m.person_id::text as person_id, first.started_at as since,
    case when s.source in ({_WAGES}) then 1 else 4 end::bigint as trust
from identity.person as p
join identity.membership as m on m.linkage_run_id = p.last_linkage_run_id and m.person_id = p.person_id
join identity.source_record as s on s.record_id = m.record_id
left join control.linkage_run as first on first.linkage_run_id = p.first_linkage_run_id
where p.status <> 'active'
"""


@dataclass(frozen=True)
class RunInput:
    """All that a run follows from."""

    records: pa.Table
    digests: pa.Table
    decisions: InForce
    model: LinkModel
    state: State

    def rules(self) -> dict[str, Any]:
        """What must be as it was for the live run's scores to hold."""
        return {
            "model": self.model.version,
            "logic": LOGIC_VERSION,
            "threshold": self.state.linkage.threshold,
            "review_floor": self.state.linkage.review_floor,
        }

    def fingerprint(self, model_version: str | None = None) -> str:
        """Digest of everything that the outcome follows from, whatever the order of the records."""
        rules = self.rules() | ({"model": model_version} if model_version else {})
        told = {
            **rules,
            "decisions": self.decisions.digest(),
            "records": _digest_of_all(self.digests),
        }
        return json.dumps(told, sort_keys=True)


def _digest_of_all(digests: pa.Table) -> str:
    connection = open_database()
    try:
        connection.register("digested", digests)
        found = connection.execute(
            "select count(*) || ':' || coalesce(bit_xor(hash(record_id, digest)), 0)::varchar from digested"
        ).fetchall()[0][0]
        return str(found)
    finally:
        connection.close()
