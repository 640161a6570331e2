"""Schemas control and identity: what agencies approved, research extracts, and the codes of their people.

What left the warehouse stands in the disclosure log as well (ledger); published numbers do not belong here.
"""

import datetime
import uuid
from typing import Any

from sqlalchemy import CheckConstraint, Date, ForeignKey, Index
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from warehouse.tables.base import Base, BigId, Json, Key, Now, one_of


class ResearchExtract(Base):
    """One row per research project: its request as it is now."""

    __tablename__ = "research_extract"
    __table_args__ = {"schema": "control"}  # noqa: RUF012

    project: Mapped[Key]
    request: Mapped[dict[str, Any]] = mapped_column(JSONB)
    request_sha256: Mapped[str]
    agreement: Mapped[str]
    expires_on: Mapped[datetime.date] = mapped_column(Date)
    asked_at: Mapped[Now]


class ResearchExtractEvent(Base):
    """One row per thing that happened to a research project, with the request that it was about."""

    __tablename__ = "research_extract_event"
    __table_args__ = (
        CheckConstraint(
            one_of("event", "counted", "approved", "refused", "built", "destroyed"), name="event"
        ),
        CheckConstraint("(event in ('approved', 'refused')) = (agency is not null)", name="agency"),
        Index(None, "project"),
        {"schema": "control"},
    )

    event_id: Mapped[BigId]
    project: Mapped[str] = mapped_column(ForeignKey("control.research_extract.project"))
    request_sha256: Mapped[str]
    event: Mapped[str]
    agency: Mapped[str | None]
    actor: Mapped[str]
    detail: Mapped[Json]
    at: Mapped[Now]


class Approval(Base):
    """One row per content of a layout, rule or parameter that an agency approved; rows are only ever added."""

    __tablename__ = "approval"
    __table_args__ = (
        CheckConstraint(one_of("kind", "layout", "rule", "parameter"), name="kind"),
        CheckConstraint(one_of("origin", "installation", "agency"), name="origin"),
        Index(None, "subject"),
        {"schema": "control"},
    )

    approval_id: Mapped[BigId]
    kind: Mapped[str]
    name: Mapped[str]
    subject: Mapped[str]
    sha256: Mapped[str]
    content: Mapped[dict[str, Any]] = mapped_column(JSONB)
    agency: Mapped[str]
    actor: Mapped[str]
    origin: Mapped[str]
    at: Mapped[Now]


class ResearchExtractCode(Base):
    """One row per project and person: the code under which the project knows the person, random and its own."""

    __tablename__ = "research_extract_code"
    __table_args__ = (
        Index("uq_research_extract_code__person_code", "person_code", unique=True),
        {"schema": "identity"},
    )

    project: Mapped[Key]
    person_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    person_code: Mapped[str]
