"""Schema control: destructions, and the tombstones by which destroyed content is known again.

A tombstone holds a checksum and the delivery's place, never a value.
"""

import datetime

from sqlalchemy import BigInteger, Date, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from warehouse.tables.base import Base, BigCount, Json, Now, SmallId


class Destruction(Base):
    """One row per destruction: who, why, what it took; finished when its certificate is written."""

    __tablename__ = "destruction"
    __table_args__ = {"schema": "control"}  # noqa: RUF012

    destruction_id: Mapped[SmallId]
    actor: Mapped[str]
    reason: Mapped[str]
    begun_at: Mapped[Now]
    finished_at: Mapped[datetime.datetime | None]
    counts: Mapped[Json]
    certificate_sha256: Mapped[str | None]


class DestroyedContent(Base):
    """One row per delivery that was destroyed; rows are only ever added, and loading asks here."""

    __tablename__ = "destroyed_content"
    __table_args__ = (Index(None, "sha256"), Index(None, "destruction_id"), {"schema": "control"})

    delivery_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    sha256: Mapped[str]
    layout: Mapped[str]
    submitter: Mapped[str]
    period: Mapped[str]
    file_name: Mapped[str]
    row_count: Mapped[BigCount]
    rule: Mapped[str]
    due_on: Mapped[datetime.date] = mapped_column(Date)
    destruction_id: Mapped[int] = mapped_column(ForeignKey("control.destruction.destruction_id"))
    destroyed_at: Mapped[Now]
