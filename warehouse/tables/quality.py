"""Schema quality: rules, what they found, and which rows they set aside.

A finding names row and column; the value stays in raw.
"""

import uuid
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from warehouse.tables.base import Base, BigCount, BigId, Key, Now, one_of


class Rule(Base):
    """One row per rule of the catalogue."""

    __tablename__ = "rule"
    __table_args__ = (
        CheckConstraint(one_of("severity", "reject", "hold", "warn"), name="severity"),
        Index(None, "layout"),
        {"schema": "quality"},
    )

    rule_code: Mapped[Key]
    layout: Mapped[str]
    column_name: Mapped[str | None]
    kind: Mapped[str]
    sentence: Mapped[str]
    severity: Mapped[str]
    owner: Mapped[str | None]
    reference: Mapped[str | None]
    tolerance: Mapped[float | None]
    repair: Mapped[str | None]
    origin: Mapped[str] = mapped_column(server_default="package")
    switched_off: Mapped[str | None]


class RejectedRow(Base):
    """One row per delivered row and rule it broke."""

    __tablename__ = "rejected_row"
    # Written in bulk; a foreign key to the delivery would be checked row by row.
    __table_args__ = {"schema": "quality"}  # noqa: RUF012

    delivery_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    row_number: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    rule_code: Mapped[Key]
    column_name: Mapped[str | None]
    line_number: Mapped[BigCount | None]


class NotedRow(Base):
    """One row per delivered row and hold or warn rule it broke: the first rows of each delivery and rule."""

    __tablename__ = "noted_row"
    __table_args__ = {"schema": "quality"}  # noqa: RUF012

    delivery_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    row_number: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    rule_code: Mapped[Key]
    column_name: Mapped[str | None]
    line_number: Mapped[BigCount | None]


class ReplacedRow(Base):
    """One row per delivered row and amendment that replaces it while the amendment is in force."""

    __tablename__ = "replaced_row"
    __table_args__ = (Index(None, "amended_by"), {"schema": "quality"})

    delivery_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    row_number: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    amended_by: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)


class RuleResult(Base):
    """One row per delivery and rule."""

    __tablename__ = "rule_result"
    __table_args__ = {"schema": "quality"}  # noqa: RUF012

    delivery_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("control.delivery.delivery_id", ondelete="cascade"), primary_key=True
    )
    rule_code: Mapped[Key]
    evaluated_count: Mapped[int] = mapped_column(BigInteger)
    failed_count: Mapped[int] = mapped_column(BigInteger)
    passed: Mapped[bool]
    evaluated_at: Mapped[Now]
    # What was compared, in words: counts and shares, never a value.
    detail: Mapped[str | None]


class DeliveryStatistic(Base):
    """One row per delivery, column, measure and category: rows blank or filled in, rows of each standard code."""

    __tablename__ = "delivery_statistic"
    __table_args__ = (
        CheckConstraint(one_of("measure", "filling", "code"), name="measure"),
        {"schema": "quality"},
    )

    delivery_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("control.delivery.delivery_id", ondelete="cascade"), primary_key=True
    )
    column_name: Mapped[Key]
    measure: Mapped[Key]
    category: Mapped[Key]
    row_count: Mapped[int] = mapped_column(BigInteger)


class ValidationResult(Base):
    """One row per run of an expectation suite; statistics only, never a value."""

    __tablename__ = "validation_result"
    __table_args__ = (Index(None, "suite", "run_at"), {"schema": "quality"})

    validation_id: Mapped[BigId]
    suite: Mapped[str]
    subject: Mapped[str | None]
    success: Mapped[bool]
    statistics: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    run_at: Mapped[Now]


class PlausibilityResult(Base):
    """One row per judgement of a gate and rule: about a linkage run, or about the numbers before a release."""

    __tablename__ = "plausibility_result"
    __table_args__ = (
        CheckConstraint(one_of("gate", "linkage", "release"), name="gate"),
        CheckConstraint(one_of("severity", "hold", "warn"), name="severity"),
        Index(None, "gate", "evaluated_at"),
        {"schema": "quality"},
    )

    gate_run_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    rule_code: Mapped[Key]
    gate: Mapped[str]
    # The linkage run; of a release there is no number before it is made.
    subject: Mapped[str]
    severity: Mapped[str]
    evaluated_count: Mapped[BigCount]
    failed_count: Mapped[BigCount]
    passed: Mapped[bool]
    # The subjects that broke the rule, such as two sources or an indicator and cohort; never a person.
    detail: Mapped[str | None]
    evaluated_at: Mapped[Now]


class Scorecard(Base):
    """One row per scoring, submitter, layout, period and dimension: so many of so many were as they should be."""

    __tablename__ = "scorecard"
    __table_args__ = (
        CheckConstraint(
            one_of(
                "dimension",
                *("timeliness", "completeness", "validity", "consistency", "uniqueness", "linkability"),
            ),
            name="dimension",
        ),
        CheckConstraint("numerator between 0 and denominator and denominator > 0", name="is_share"),
        Index(None, "submitter", "scored_at"),
        {"schema": "quality"},
    )

    run_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    submitter: Mapped[Key]
    layout: Mapped[Key]
    period: Mapped[Key]
    dimension: Mapped[Key]
    numerator: Mapped[BigCount]
    denominator: Mapped[BigCount]
    score: Mapped[float]
    scored_at: Mapped[Now]


class Limitation(Base):
    """One row per known limitation and what it is attached to."""

    __tablename__ = "limitation"
    __table_args__ = (
        CheckConstraint(
            one_of("subject_type", "layout_column", "core_column", "indicator"), name="subject_type"
        ),
        {"schema": "quality"},
    )

    limitation_code: Mapped[Key]
    subject_type: Mapped[Key]
    subject: Mapped[Key]
    sentence: Mapped[str]
    owner: Mapped[str]
    since: Mapped[str | None]
    until: Mapped[str | None]
    submitter: Mapped[str | None]
