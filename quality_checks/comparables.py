"""Which earlier delivery a delivery is compared with, and what its number of rows says beside it.

Belongs here: the choice and the judgement of volume, as plain functions. Must not come here: SQL, shares.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from ingest.layout import Layout
from quality_checks.rule import Rule


@dataclass(frozen=True)
class Sent:
    """A whole delivery as the comparison sees it; amendments are none."""

    delivery_id: int
    submitter: str
    period: str
    sequence: int
    layout_version: str
    row_count: int


@dataclass(frozen=True)
class Pair:
    """A delivery beside the comparable earlier one."""

    own: Sent
    earlier: Sent

    @property
    def is_same_period(self) -> bool:
        """Whether the delivery replaces the earlier one."""
        return self.own.period == self.earlier.period

    @property
    def earlier_name(self) -> str:
        """The earlier delivery in words that end a sentence."""
        return f"sequence {self.earlier.sequence}" if self.is_same_period else self.earlier.period


def comparable(own: Sent, candidates: Iterable[Sent], layout: Layout) -> Sent | None:
    """Return what a delivery is compared with: what it replaces, else the same part of the year before, else the newest.

    A term is never compared with another one: summer and autumn have little in common.
    """
    others = [c for c in candidates if c.submitter == own.submitter and c.delivery_id != own.delivery_id]
    if same := [c for c in others if c.period == own.period]:
        return _newest(same, layout)
    begin = layout.days_of(own.period)[0]
    earlier = [c for c in others if layout.days_of(c.period)[0] < begin]
    year_before = f"{int(own.period[:4]) - 1}{own.period[4:]}"
    if last_year := [c for c in earlier if c.period == year_before]:
        return _newest(last_year, layout)
    if layout.period == "academic_term":
        earlier = [c for c in earlier if c.period[4:] == own.period[4:]]
    return _newest(earlier, layout) if earlier else None


def pairs_of(
    waiting: Sequence[Sent], accepted: Sequence[Sent], layout: Layout, rules: Sequence[Rule], held: set[int]
) -> list[Pair]:
    """Return every waiting delivery that has a comparable one with it, earlier periods first.

    A waiting delivery serves a later one as measure unless it is held itself.

    Args:
        waiting: deliveries to be judged.
        accepted: deliveries of the layout that were accepted before.
        layout: whose deliveries.
        rules: the volume rules that hold a delivery.
        held: waiting deliveries that other rules hold.
    """
    known = list(accepted)
    pairs = []
    for own in sorted(waiting, key=lambda sent: _order(sent, layout)):
        earlier = comparable(own, known, layout)
        pair = Pair(own, earlier) if earlier else None
        if pair:
            pairs.append(pair)
        if own.delivery_id not in held and not (pair and any(breaks(rule, pair) for rule in rules)):
            known.append(own)
    return pairs


def is_judged(rule: Rule, pair: Pair) -> bool:
    """Return whether the earlier delivery is large enough to say something."""
    return pair.earlier.row_count >= (rule.least_rows or 0)


def breaks(rule: Rule, pair: Pair) -> bool:
    """Return whether a delivery has too few or too many rows by a volume rule."""
    if not is_judged(rule, pair):
        return False
    own, earlier = pair.own.row_count, pair.earlier.row_count
    if rule.fall is not None:
        return own < (1 - limit(rule, same_period=pair.is_same_period)) * earlier
    return own > (1 + limit(rule, same_period=pair.is_same_period)) * earlier


def limit(rule: Rule, *, same_period: bool) -> Decimal:
    """Return the share by which the number of rows may change."""
    return Decimal(str((rule.fall or rule.rise) if same_period else rule.between_periods))


def in_words(pair: Pair) -> str:
    """Return both numbers of rows as a phrase."""
    own, earlier = pair.own.row_count, pair.earlier.row_count
    percent = round(100 * abs(own - earlier) / earlier)
    word = "fewer" if own < earlier else "more"
    return f"{own:,} rows, {percent:,} % {word} than the {earlier:,} of {pair.earlier_name}"


def _newest(candidates: Sequence[Sent], layout: Layout) -> Sent:
    return max(candidates, key=lambda sent: _order(sent, layout))


def _order(sent: Sent, layout: Layout) -> tuple[object, int, int]:
    return layout.days_of(sent.period)[0], sent.sequence, sent.delivery_id
