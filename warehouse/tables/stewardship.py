"""Schema identity: what stewards decide, what the next run builds on, and counts that judge a run.

What linkage itself finds is in `identity`.
"""

import datetime
import uuid

from sqlalchemy import BigInteger, CheckConstraint, Date, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from warehouse.tables.base import Base, BigCount, BigId, Json, Now, one_of

_SCHEMA = {"schema": "identity"}


class Decision(Base):
    """One row per decision of a person about two records, or per decision taken back; rows are only ever added."""

    __tablename__ = "decision"
    __table_args__ = (
        CheckConstraint(one_of("kind", "must", "cannot", "note", "undo"), name="kind"),
        CheckConstraint("record_id_l < record_id_r", name="pair"),
        CheckConstraint("(kind = 'undo') = (undoes is not null)", name="undoes"),
        CheckConstraint("length(trim(steward)) > 0", name="steward"),
        Index(None, "record_id_l", "record_id_r"),
        Index(None, "record_id_r"),
        Index("uq_decision__undoes", "undoes", unique=True),
        _SCHEMA,
    )

    decision_id: Mapped[BigId]
    kind: Mapped[str]
    record_id_l: Mapped[uuid.UUID]
    record_id_r: Mapped[uuid.UUID]
    reason: Mapped[str]
    evidence: Mapped[Json]
    steward: Mapped[str]
    origin: Mapped[str]
    expires_on: Mapped[datetime.date | None] = mapped_column(Date)
    undoes: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("identity.decision.decision_id"))
    at: Mapped[Now]


class LinkageMeasure(Base):
    """One row per run, measure, dimension and category: a count out of another, never a value of a person."""

    __tablename__ = "linkage_measure"
    __table_args__ = _SCHEMA

    linkage_run_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    measure: Mapped[str] = mapped_column(primary_key=True)
    dimension: Mapped[str] = mapped_column(primary_key=True)
    category: Mapped[str] = mapped_column(primary_key=True)
    numerator: Mapped[BigCount]
    denominator: Mapped[BigCount]


class MembershipAt(Base):
    """One row per run, published confidence level and record that belongs to another person there than by default."""

    __tablename__ = "membership_at"
    __table_args__ = _SCHEMA

    linkage_run_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    threshold: Mapped[float] = mapped_column(primary_key=True)
    record_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    person_id: Mapped[uuid.UUID]
