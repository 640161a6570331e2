"""Encoded records to persons: the best person for each record and the best record for each person, or a question.

Pure: encodings in, a table out. What is alike is measured in `similar`; keeping the result is `keep`'s business.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from linkage.encoded.similar import MOST_COMPARED, similar_pairs
from linkage.engine import open_database

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa
    from numpy.typing import NDArray

    from linkage.encoded.encode import Population
    from linkage.encoded.files import Encodings
    from linkage.encoded.schema import LinkageSchema


_TWICE_SHARE = 0.002


@dataclass(frozen=True)
class Limits:
    """What counts as a link; Dice coefficients, set on the synthetic state (docs/pprl.md).

    Attributes:
        threshold: least coefficient of a link where no token says more.
        review_floor: least coefficient of a question.
        with_token: least coefficient of a link where a token agrees.
        overlap: least share of common bits of a link where a token agrees and a side knows less than the other.
        margin: by how much the best person must lead the next.
        one_to_one: whether the sender holds a person once; None looks whether encodings repeat.
    """

    threshold: float = 0.85
    review_floor: float = 0.76
    with_token: float = 0.7
    overlap: float = 0.85
    margin: float = 0.03
    one_to_one: bool | None = None


@dataclass(frozen=True)
class EncodedResult:
    """What became of each encoded record.

    Attributes:
        matches: record_number, status (`link`, `review`, `none`), person, record_id, dice, reason: each record once; with a
            question the best candidate.
        counts: records by status and by reason.
    """

    matches: pa.Table
    counts: dict[str, Any]


def link_encoded(
    sent: Encodings,
    population: Population,
    schema: LinkageSchema,
    limits: Limits | None = None,
    *,
    most_compared: int = MOST_COMPARED,
) -> EncodedResult:
    """Link encoded records to persons of the standing population.

    Args:
        sent: What the agency sent.
        population: The state's persons, encoded under the same secret.
        schema: Of both.
        limits: What counts as a link.
        most_compared: Pairs up to which all are compared, without blocking.
    """
    import pyarrow as pa

    limits = limits or Limits()
    pairs = _pairs(sent, population, schema, limits, most_compared)
    connection = open_database()
    try:
        connection.register("pair", pairs)
        connection.register(
            "sent", pa.table({"row": pa.array(range(sent.count), pa.int64()), "record_number": sent.ids})
        )
        connection.execute(_candidates(_shared_tokens(sent, population)))
        connection.execute(_judge(limits, _is_one_to_one(sent, limits)))
        matches = connection.execute(_MATCHES).to_arrow_table()
        counts = {
            kind: {key: int(n) for key, n in connection.execute(sql).fetchall()}
            for kind, sql in _COUNTS.items()
        }
        return EncodedResult(matches, counts)
    finally:
        connection.close()


def _pairs(
    sent: Encodings, population: Population, schema: LinkageSchema, limits: Limits, most_compared: int
) -> pa.Table:
    """Candidate pairs: those alike, and those with a token in common; each record by the features that it has."""
    import numpy as np
    import pyarrow as pa

    found: list[tuple[NDArray[Any], ...]] = []
    token_row, token_description = _same_token(sent, population)
    masks: list[int | None] = [None] if sent.known is None else [int(mask) for mask in np.unique(sent.known)]
    for mask in masks:
        rows = np.arange(sent.count) if mask is None else np.flatnonzero(sent.known == mask)
        here = np.isin(token_row, rows)
        near, there, *alike = similar_pairs(
            sent.bits[rows],
            population.encoded(schema, mask),
            limits.review_floor,
            also=(np.searchsorted(rows, token_row[here]), token_description[here]),
            flip_share=sent.flip_share,
            most_compared=most_compared,
        )
        found.append((rows[near], there, *alike))
    row, description, dice, overlap = (np.concatenate(part) for part in zip(*found, strict=True))
    places = pa.array(description)
    columns: dict[str, Any] = {
        "row": row,
        "person": population.persons.take(places),
        "record_id": population.record_ids.take(places),
        "dice": dice,
        "overlap": overlap,
    }
    for part in _shared_tokens(sent, population):
        columns[f"sent_{part}"] = sent.tokens[part].take(pa.array(row))
        columns[f"known_{part}"] = population.tokens[part].take(places)
    return pa.table(columns)


def _is_one_to_one(sent: Encodings, limits: Limits) -> bool:
    """Whether a person gets at most one record: people entered twice are commoner than namesakes born on one day."""
    import numpy as np

    if limits.one_to_one is not None:
        return limits.one_to_one
    distinct = len(np.unique(sent.bits, axis=0))
    return sent.count - distinct <= _TWICE_SHARE * sent.count


def _shared_tokens(sent: Encodings, population: Population) -> list[str]:
    return [part for part in sent.tokens if part in population.tokens]


def _same_token(sent: Encodings, population: Population) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    import numpy as np
    import pyarrow as pa

    rows, places = [np.zeros(0, np.int64)], [np.zeros(0, np.int64)]
    for part in _shared_tokens(sent, population):
        left = pa.table({"token": sent.tokens[part], "row": np.arange(sent.count)})
        right = pa.table({"token": population.tokens[part], "place": np.arange(len(population.persons))})
        same = left.filter(left["token"].is_valid()).join(right, "token", join_type="inner")
        rows.append(same["row"].to_numpy())
        places.append(same["place"].to_numpy())
    return np.concatenate(rows), np.concatenate(places)


def _candidates(parts: list[str]) -> str:
    """One row per record and person; a token agrees if it does for any description, and differs if it only differs."""
    agrees = " or ".join(f"coalesce(sent_{part} = known_{part}, false)" for part in parts) or "false"
    differs = " or ".join(f"coalesce(sent_{part} <> known_{part}, false)" for part in parts) or "false"
    return f"""
    create table candidate as
    with marked as (select *, {agrees} as agrees, {differs} as differs from pair)
    select row, person, max(dice) as dice, max(overlap) as overlap, arg_max(record_id, (dice, record_id)) as record_id,
        case when bool_or(agrees) then 1 when bool_or(differs) then -1 else 0 end as token,
        -- A token outweighs any name: whose it is stands before who is merely alike.
        max(dice) + case when bool_or(agrees) then 0.3 when bool_or(differs) then -0.1 else 0 end as score
    from marked group by row, person
    """


def _judge(limits: Limits, one_to_one: bool) -> str:
    """The best person of each record, and what speaks against a link."""
    return f"""
    create table best as
    with ranked as (
        select *, row_number() over (partition by row order by score desc, person) as place,
            lead(score) over (partition by row order by score desc, person) as next_score
        from candidate
    )
    select *, case
        when token = 1 and dice < {limits.with_token} and overlap < {limits.overlap} then 'token_agrees_rest_differs'
        when token <> 1 and dice < {limits.threshold} then 'below_threshold'
        when token = -1 then 'token_differs'
        when coalesce(next_score, 0) > score - {limits.margin} then 'ambiguous'
        else '' end as reason
    from ranked where place = 1;
    create table matched as
    with rivals as (
        select *, row_number() over (partition by person, reason = '' order by score desc, row) as turn from best
    )
    select s.row, s.record_number, b.person, b.record_id, b.dice,
        case when b.row is null then 'none' when b.reason = '' and not b.is_taken then 'link' else 'review' end as status,
        case when b.is_taken and b.reason = '' then 'person_has_a_better_record' else coalesce(b.reason, '') end as reason
    from sent as s left join (
        select *, {str(one_to_one).lower()} and turn > 1 as is_taken from rivals
    ) as b on b.row = s.row
    """


_MATCHES = "select record_number, status, person, record_id, dice, reason from matched order by row"
_COUNTS = {
    "by_status": "select status, count(*) from matched group by 1 order by 1",
    "by_reason": "select reason, count(*) from matched where reason <> '' group by 1 order by 1",
}
