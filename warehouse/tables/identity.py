"""Schema identity: what linkage writes. Record ids and person ids are random, never derived from a value.

Tables with identifiers (source_record, person_record) are dbt's and do not belong here.
"""

import uuid
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Identity, Index, UniqueConstraint, Uuid, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from warehouse.tables.base import Base, BigCount, Json, Key, Now, one_of

_SCHEMA = {"schema": "identity"}


class Edge(Base):
    """One row per run, pair of records and model that scored it."""

    __tablename__ = "edge"
    __table_args__ = (Index(None, "linkage_run_id", "record_id_l"), _SCHEMA)

    linkage_run_id: Mapped[uuid.UUID] = mapped_column()
    record_id_l: Mapped[uuid.UUID] = mapped_column()
    record_id_r: Mapped[uuid.UUID] = mapped_column()
    model: Mapped[str] = mapped_column()
    method: Mapped[str | None]
    match_weight: Mapped[float | None]
    match_probability: Mapped[float | None]
    # Loaded by the million in one COPY: no primary key to maintain, the mapper is told what identifies.
    __mapper_args__ = {"primary_key": [linkage_run_id, record_id_l, record_id_r, model]}  # noqa: RUF012


class Membership(Base):
    """One row per run and record: whose record it is."""

    __tablename__ = "membership"
    __table_args__ = (Index(None, "linkage_run_id", "person_id"), _SCHEMA)

    linkage_run_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    record_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    person_id: Mapped[uuid.UUID]
    # Of the record as this run saw it, so that the next one knows what changed.
    digest: Mapped[int | None] = mapped_column(BigInteger)


class Person(Base):
    """One row per person id ever assigned; none is deleted or given to somebody else."""

    __tablename__ = "person"
    __table_args__ = (
        CheckConstraint(one_of("status", "active", "merged", "retired"), name="status"),
        CheckConstraint("(status = 'merged') = (merged_into is not null)", name="merged_into"),
        _SCHEMA,
    )

    person_id: Mapped[uuid.UUID] = mapped_column(
        Uuid, primary_key=True, server_default=text("gen_random_uuid()")
    )
    status: Mapped[str] = mapped_column(server_default=text("'active'"))
    merged_into: Mapped[uuid.UUID | None]
    first_linkage_run_id: Mapped[uuid.UUID | None]
    # Of a merged or retired id: the last run in which it stood for somebody, so that it can be given back.
    last_linkage_run_id: Mapped[uuid.UUID | None]


class PersonEvent(Base):
    """One row per change of a person id in a run, with its reason; it holds from the day the run goes live."""

    __tablename__ = "person_event"
    __table_args__ = (
        CheckConstraint(one_of("event", "assign", "merge", "split", "retire", "revive"), name="event"),
        Index(None, "person_id"),
        Index(None, "linkage_run_id"),
        _SCHEMA,
    )

    event_id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    linkage_run_id: Mapped[uuid.UUID]
    event: Mapped[str]
    person_id: Mapped[uuid.UUID]
    other_person_id: Mapped[uuid.UUID | None]
    reason: Mapped[str | None]
    cause: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    at: Mapped[Now]


class ReviewItem(Base):
    """One row per pair that a person should look at."""

    __tablename__ = "review_item"
    __table_args__ = (Index(None, "linkage_run_id"), _SCHEMA)

    linkage_run_id: Mapped[uuid.UUID] = mapped_column()
    record_id_l: Mapped[uuid.UUID] = mapped_column()
    record_id_r: Mapped[uuid.UUID] = mapped_column()
    reason: Mapped[str]
    match_weight: Mapped[float | None]
    __mapper_args__ = {"primary_key": [linkage_run_id, record_id_l, record_id_r]}  # noqa: RUF012


class NscRequest(Base):
    """One row per request file written for the Clearinghouse: the record of that disclosure."""

    __tablename__ = "nsc_request"
    __table_args__ = _SCHEMA

    request_id: Mapped[uuid.UUID] = mapped_column(
        Uuid, primary_key=True, server_default=text("gen_random_uuid()")
    )
    requested_at: Mapped[Now]
    requested_by: Mapped[str] = mapped_column(server_default=text("current_user"))
    school_year: Mapped[int]
    inquiry_type: Mapped[str]
    file_name: Mapped[str]
    sha256: Mapped[str]
    counts: Mapped[Json]


class NscRequestMember(Base):
    """One row per student of a request: whose the returned key is."""

    __tablename__ = "nsc_request_member"
    __table_args__ = _SCHEMA

    return_key: Mapped[Key]
    request_id: Mapped[uuid.UUID] = mapped_column(
        ForeignKey("identity.nsc_request.request_id", ondelete="cascade")
    )
    student_id_state: Mapped[str]


class EncodedDelivery(Base):
    """One row per agency that sends encodings in place of identifiers: its latest file and what became of it."""

    __tablename__ = "encoded_delivery"
    __table_args__ = (UniqueConstraint("agency"), _SCHEMA)

    encoded_delivery_id: Mapped[uuid.UUID] = mapped_column(
        Uuid, primary_key=True, server_default=text("gen_random_uuid()")
    )
    agency: Mapped[str]
    file_name: Mapped[str]
    sha256: Mapped[str]
    linkage_run_id: Mapped[uuid.UUID]
    added_at: Mapped[Now]
    added_by: Mapped[str]
    record_count: Mapped[BigCount]
    schema_digest: Mapped[str]
    flip_share: Mapped[float]
    threshold: Mapped[float]
    counts: Mapped[Json]


class EncodedMatch(Base):
    """One row per record of an encoded delivery: the record of the warehouse that it matches best, if any."""

    __tablename__ = "encoded_match"
    __table_args__ = (
        CheckConstraint(one_of("status", "link", "review", "none"), name="status"),
        CheckConstraint("(status = 'none') = (record_id is null)", name="record_id"),
        _SCHEMA,
    )

    encoded_delivery_id: Mapped[uuid.UUID] = mapped_column(
        ForeignKey("identity.encoded_delivery.encoded_delivery_id", ondelete="cascade"), primary_key=True
    )
    record_number: Mapped[Key]
    status: Mapped[str]
    record_id: Mapped[uuid.UUID | None]
    dice: Mapped[float | None]
    reason: Mapped[str]
