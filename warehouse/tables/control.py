"""Schema control: deliveries, codes, runs and releases.

Whatever holds a delivered value does not belong here.
"""

import datetime
import uuid
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, Uuid, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from warehouse.tables.base import Base, BigCount, BigId, Json, Key, Now, SmallId, one_of


class Delivery(Base):
    """One row per delivered file."""

    __tablename__ = "delivery"
    __table_args__ = (
        # What was withdrawn may be delivered again, if somebody says so.
        Index(
            "uq_delivery__content",
            "layout",
            "submitter",
            "period",
            "sha256",
            unique=True,
            postgresql_where=text("status <> 'withdrawn'"),
        ),
        Index(None, "sha256"),
        CheckConstraint(
            one_of("status", "loaded", "accepted", "held", "superseded", "withdrawn", "failed"), name="status"
        ),
        CheckConstraint("sequence >= 1", name="sequence"),
        # Promise 3: no row disappears. Checked by the database itself once the counts are in.
        CheckConstraint(
            "row_count = accepted_count + quarantined_count + rejected_count", name="rows_reconcile"
        ),
        Index(None, "layout", "status"),
        {"schema": "control"},
    )

    delivery_id: Mapped[BigId]
    layout: Mapped[str]
    submitter: Mapped[str]
    period: Mapped[str]
    sequence: Mapped[int] = mapped_column(server_default=text("1"))
    layout_version: Mapped[str | None]
    # How this delivery writes its dates, as its layout said when it was loaded.
    date_format: Mapped[str | None]
    sha256: Mapped[str]
    file_name: Mapped[str]
    byte_count: Mapped[BigCount | None]
    status: Mapped[str]
    status_reason: Mapped[str | None]
    row_count: Mapped[BigCount | None]
    accepted_count: Mapped[BigCount | None]
    quarantined_count: Mapped[BigCount | None]
    rejected_count: Mapped[BigCount | None]
    received_at: Mapped[Now]
    loaded_at: Mapped[datetime.datetime | None]
    decided_at: Mapped[datetime.datetime | None]
    is_amendment: Mapped[bool] = mapped_column(server_default=text("false"))
    # Where the rows begin in the file and how it heads its columns; what goes back to the sender says so too.
    first_line: Mapped[int | None]
    headers: Mapped[list[Any] | None] = mapped_column(JSONB)
    # Whether no value is an empty text, or begins or ends with a blank; null where nobody looked.
    is_trimmed: Mapped[bool | None]
    # Number columns in which each value is digits alone, with no more than a decimal point; null where nobody looked.
    plain_numbers: Mapped[list[str] | None] = mapped_column(JSONB)


class DeliveryEvent(Base):
    """One row per thing that happened to a delivery, or to a file that became none."""

    __tablename__ = "delivery_event"
    __table_args__ = (Index(None, "delivery_id"), {"schema": "control"})

    event_id: Mapped[BigId]
    delivery_id: Mapped[int | None] = mapped_column(
        BigInteger, ForeignKey("control.delivery.delivery_id", ondelete="cascade")
    )
    at: Mapped[Now]
    event: Mapped[str]
    detail: Mapped[str | None]
    # Who decided, where a person did.
    actor: Mapped[str | None]


class DeliveryStatus(Base):
    """One row per status that a delivery had, from when on; written by a trigger."""

    __tablename__ = "delivery_status"
    __table_args__ = (Index(None, "delivery_id"), {"schema": "control"})

    status_id: Mapped[BigId]
    delivery_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("control.delivery.delivery_id", ondelete="cascade")
    )
    status: Mapped[str]
    at: Mapped[datetime.datetime]


class AgencyLogin(Base):
    """One row per database login of an agency and submitter whose rows it may see."""

    __tablename__ = "agency_login"
    __table_args__ = {"schema": "control"}  # noqa: RUF012

    login_role: Mapped[Key]
    submitter: Mapped[Key]


class ExpectedDelivery(Base):
    """One row per delivery that the state's calendar expects, by the day up to which it was judged."""

    __tablename__ = "expected_delivery"
    __table_args__ = {"schema": "control"}  # noqa: RUF012

    layout: Mapped[Key]
    submitter: Mapped[Key]
    period: Mapped[Key]
    due_on: Mapped[datetime.date]
    as_of: Mapped[datetime.date]


class LandedFile(Base):
    """One row per file in a landing folder as it was last seen, and why it was refused if it was."""

    __tablename__ = "landed_file"
    __table_args__ = {"schema": "control"}  # noqa: RUF012

    path: Mapped[Key]
    byte_count: Mapped[BigCount]
    # Times of the file system, to the nanosecond: together with the size they tell a changed file.
    modified_ns: Mapped[BigCount]
    changed_ns: Mapped[BigCount]
    seen_ns: Mapped[BigCount]
    sha256: Mapped[str]
    refused_under: Mapped[str | None]
    reason: Mapped[str | None]
    refused_at: Mapped[datetime.datetime | None]


class Code(Base):
    """One row per standard code of a code set."""

    __tablename__ = "code"
    __table_args__ = {"schema": "control"}  # noqa: RUF012 - SQLAlchemy's own way to name the schema

    code_set: Mapped[Key]
    code: Mapped[Key]
    label: Mapped[str]


class StateParameter(Base):
    """One row per indicator parameter that the state's file chooses; other parameters keep their defaults."""

    __tablename__ = "state_parameter"
    __table_args__ = {"schema": "control"}  # noqa: RUF012

    indicator_code: Mapped[Key]
    parameter: Mapped[Key]
    value: Mapped[str]


class CodeMap(Base):
    """One row per code that a submitter sends and the years in which it means the same, standard codes included."""

    __tablename__ = "code_map"
    __table_args__ = {"schema": "control"}  # noqa: RUF012

    code_set: Mapped[Key]
    submitter: Mapped[Key]
    local_code: Mapped[Key]
    first_year: Mapped[int] = mapped_column(primary_key=True, server_default=text("1900"))
    last_year: Mapped[int] = mapped_column(server_default=text("9999"))
    standard_code: Mapped[str]


class LinkageRun(Base):
    """One row per run of linkage; at most one is live."""

    __tablename__ = "linkage_run"
    __table_args__ = (
        CheckConstraint(one_of("status", "candidate", "live", "retired", "failed"), name="status"),
        CheckConstraint(one_of("mode", "full", "incremental"), name="mode"),
        Index("uq_linkage_run__live", "status", unique=True, postgresql_where=text("status = 'live'")),
        {"schema": "control"},
    )

    linkage_run_id: Mapped[uuid.UUID] = mapped_column(
        Uuid, primary_key=True, server_default=text("gen_random_uuid()")
    )
    started_at: Mapped[Now]
    finished_at: Mapped[datetime.datetime | None]
    status: Mapped[str]
    model_version: Mapped[str | None]
    threshold: Mapped[float | None]
    mode: Mapped[str] = mapped_column(server_default=text("'full'"))
    mode_reason: Mapped[str | None]
    based_on: Mapped[uuid.UUID | None]
    counts: Mapped[Json]


class LinkageRunEvent(Base):
    """One row per thing that happened to a linkage run: going live, failing its checks, being restored."""

    __tablename__ = "linkage_run_event"
    __table_args__ = (
        CheckConstraint(one_of("event", "live", "failed", "restored"), name="event"),
        Index(None, "linkage_run_id"),
        {"schema": "control"},
    )

    event_id: Mapped[BigId]
    linkage_run_id: Mapped[uuid.UUID]
    event: Mapped[str]
    replaced: Mapped[uuid.UUID | None]
    actor: Mapped[str | None]
    detail: Mapped[str | None]
    at: Mapped[Now]


class Release(Base):
    """One row per release of numbers."""

    __tablename__ = "release"
    __table_args__ = (
        CheckConstraint(one_of("status", "draft", "published", "withdrawn"), name="status"),
        {"schema": "control"},
    )

    release_id: Mapped[SmallId]
    created_at: Mapped[Now]
    published_at: Mapped[datetime.datetime | None]
    status: Mapped[str] = mapped_column(server_default=text("'draft'"))
    preset: Mapped[str]
    versions: Mapped[Json]


class PipelineRun(Base):
    """One row per run of the pipeline."""

    __tablename__ = "pipeline_run"
    __table_args__ = {"schema": "control"}  # noqa: RUF012

    run_id: Mapped[uuid.UUID] = mapped_column(
        Uuid, primary_key=True, server_default=text("gen_random_uuid()")
    )
    started_at: Mapped[Now]
    finished_at: Mapped[datetime.datetime | None]
    status: Mapped[str]
    summary: Mapped[Json]
