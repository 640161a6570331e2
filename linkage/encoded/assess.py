"""How well encoded records link, against a truth and against the same records in the clear.

One source of a file plays the agency: its records are encoded and linked to the persons whom the other sources make. Records
are counted: a link is right if most of the person's records have the same true person.
"""

from __future__ import annotations

import secrets
import time
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from linkage.core import link
from linkage.encoded.encode import encode_population, encode_records
from linkage.encoded.link import Limits, link_encoded
from linkage.encoded.schema import LinkageSchema, default_schema
from linkage.engine import open_database
from linkage.evaluation.person_file import read_person_file
from warehouse.errors import P20WError

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

    import pyarrow as pa


@dataclass(frozen=True)
class RecordQuality:
    """Records of one source that were linked to persons of the others.

    Attributes:
        linkable: records whose person the other sources hold.
        linked: records that were linked.
        correct: records that were linked to their own person.
        in_review: records with a question.
    """

    linkable: int
    linked: int
    correct: int
    in_review: int

    def as_dict(self) -> dict[str, float]:
        """Return counts, precision, recall and F1."""
        precision = self.correct / self.linked if self.linked else 1.0
        recall = self.correct / self.linkable if self.linkable else 1.0
        total = precision + recall
        return {
            **asdict(self),
            "precision": precision,
            "recall": recall,
            "f1": 2 * precision * recall / total if total else 0.0,
        }


def assess_encoded(
    path: Path,
    *,
    truth: str,
    source: str,
    schema: LinkageSchema | None = None,
    limits: Limits | None = None,
    single_record_sources: Collection[str] | None = None,
) -> dict[str, Any]:
    """Encode one source of a file, link it to the others, and compare with linking everything in the clear.

    Args:
        path: Person records as for `p20w link evaluate`.
        truth: Column that holds one value per person.
        source: The source that plays the agency.
        schema: The linkage schema; the shipped one if none is given.
        limits: What counts as a link.
        single_record_sources: As in `link`.
    """
    import pyarrow.compute as pc

    given = read_person_file(path, (truth,))
    records = given.records.append_column("true_person", given.extras[truth].cast("string"))
    sent = records.filter(pc.equal(records["source"], source))
    standing = records.filter(pc.not_equal(records["source"], source))
    if not sent.num_rows or not standing.num_rows:
        raise P20WError(
            f"{path.name} has no records of the source {source}, or no others.",
            "Name one of its sources; the others are the population.",
        )
    schema, secret = schema or default_schema(), secrets.token_bytes(32)
    persons = link(standing.drop_columns(["true_person"]), single_record_sources=single_record_sources)
    started = time.perf_counter()
    encodings = encode_records(sent, schema, secret)
    whose = persons.clusters.rename_columns(["record_id", "person"])
    found = link_encoded(encodings, encode_population(standing, whose, schema, secret), schema, limits)
    seconds = time.perf_counter() - started
    links = found.matches.select(["record_number", "person", "status"])
    clear = link(records.drop_columns(["true_person"]), single_record_sources=single_record_sources)
    return {
        "encoded_source": source,
        "encoded_records": sent.num_rows,
        "standing_records": standing.num_rows,
        "flip_share": schema.flip_share,
        "encoded": _encoded_quality(links, whose, sent, standing).as_dict(),
        "review_by_reason": found.counts["by_reason"],
        "in_the_clear": _clear_quality(clear.clusters, clear.conflicts, sent, standing).as_dict(),
        "seconds": round(seconds, 2),
    }


_OWN = """
create table own as
select g.person, (select s.true_person from standing as s join whose as w using (record_id) where w.person = g.person
    group by s.true_person order by count(*) desc, s.true_person limit 1) as true_person
from (select distinct person from whose) as g
"""


def _encoded_quality(links: pa.Table, whose: pa.Table, sent: pa.Table, standing: pa.Table) -> RecordQuality:
    sql = """
    select (select count(*) from sent where true_person in (select true_person from standing)),
        count(*) filter (l.status = 'link'), count(*) filter (l.status = 'link' and o.true_person = s.true_person),
        count(*) filter (l.status = 'review')
    from links as l join sent as s on s.record_id = l.record_number left join own as o on o.person::varchar = l.person
    """
    return _counted(sql, {"links": links, "whose": whose, "sent": sent, "standing": standing})


def _clear_quality(
    clusters: pa.Table, conflicts: pa.Table, sent: pa.Table, standing: pa.Table
) -> RecordQuality:
    """The same of a linkage in the clear: a record is linked if its person has a record of another source."""
    sql = """
    select (select count(*) from sent where true_person in (select true_person from standing)),
        count(*) filter (o.person is not null), count(*) filter (o.true_person = s.true_person),
        (select count(*) from sent where record_id in (select record_id_l from conflicts union select record_id_r from conflicts))
    from sent as s join clusters as c using (record_id) left join own as o on o.person = c.cluster_id
    """
    whose = clusters.rename_columns(["record_id", "person"]).join(
        standing.select(["record_id"]), "record_id", join_type="inner"
    )
    tables = {
        "clusters": clusters,
        "conflicts": conflicts,
        "whose": whose,
        "sent": sent,
        "standing": standing,
    }
    return _counted(sql, tables)


def _counted(sql: str, tables: dict[str, pa.Table]) -> RecordQuality:
    connection = open_database()
    try:
        for name, table in tables.items():
            connection.register(name, table)
        connection.execute(_OWN)
        return RecordQuality(*(int(count) for count in connection.execute(sql).fetchall()[0]))
    finally:
        connection.close()
