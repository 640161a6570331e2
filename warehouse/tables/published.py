"""Schema published: numbers after disclosure control, as text. A true value never enters here.

Nothing refers to another schema, so that the whole can move to a public database.
"""

import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Integer, text
from sqlalchemy.orm import Mapped, mapped_column

from warehouse.tables.base import Base, Key, one_of


class PublishedRelease(Base):
    """One row per published release."""

    __tablename__ = "release"
    __table_args__ = {"schema": "published"}  # noqa: RUF012

    release_id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    published_at: Mapped[datetime.datetime]
    state_name: Mapped[str]
    note: Mapped[str | None]
    # The rules of disclosure control: a reader, and the attacker, must know how a number is written.
    rules: Mapped[dict[str, Any] | None]


class PublishedWithdrawal(Base):
    """One row per release that was taken back. The release itself stays: who has a copy still has it."""

    __tablename__ = "withdrawal"
    __table_args__ = {"schema": "published"}  # noqa: RUF012

    release_id: Mapped[int] = mapped_column(
        Integer, ForeignKey("published.release.release_id", ondelete="cascade"), primary_key=True
    )
    withdrawn_at: Mapped[datetime.datetime]
    reason: Mapped[str]


class PublishedCategory(Base):
    """One row per release and category of a dimension: its name, what it is a part of, and whether the parts add up."""

    __tablename__ = "category"
    __table_args__ = {"schema": "published"}  # noqa: RUF012

    release_id: Mapped[int] = mapped_column(
        Integer, ForeignKey("published.release.release_id", ondelete="cascade"), primary_key=True
    )
    dimension: Mapped[Key]
    category: Mapped[Key]
    category_label: Mapped[str]
    parent_dimension: Mapped[str]
    parent_category: Mapped[str]
    adds_up: Mapped[bool]


class PublishedIndicator(Base):
    """One row per release and indicator: what a reader must know of it."""

    __tablename__ = "indicator"
    __table_args__ = (
        CheckConstraint(one_of("unit", "percent", "usd"), name="unit"),
        {"schema": "published"},
    )

    release_id: Mapped[int] = mapped_column(
        Integer, ForeignKey("published.release.release_id", ondelete="cascade"), primary_key=True
    )
    indicator_code: Mapped[Key]
    indicator_version: Mapped[Key]
    name: Mapped[str]
    unit: Mapped[str]
    definition: Mapped[str | None]
    numerator: Mapped[str | None]
    denominator: Mapped[str | None]
    exclusions: Mapped[str | None]
    sources: Mapped[str | None]
    lag: Mapped[str | None]
    citation: Mapped[str | None]
    caveats: Mapped[str | None]
    # The cohorts and deliveries that the numbers rest on.
    coverage: Mapped[str | None]


class PublishedIndicatorCell(Base):
    """One row per release, indicator, cohort and category of a dimension, within everybody or within one other category."""

    __tablename__ = "indicator_cell"
    __table_args__ = (
        ForeignKeyConstraint(
            ["release_id", "indicator_code", "indicator_version"],
            [
                "published.indicator.release_id",
                "published.indicator.indicator_code",
                "published.indicator.indicator_version",
            ],
            ondelete="cascade",
        ),
        CheckConstraint(
            one_of("suppression_code", "none", "top", "bottom", "bin", "primary", "complementary"),
            name="suppression_code",
        ),
        CheckConstraint(
            "suppression_code not in ('primary', 'complementary') or num_nonnulls(shown_count, shown_value) = 0",
            name="hidden_is_empty",
        ),
        {"schema": "published"},
    )

    release_id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    indicator_code: Mapped[Key]
    indicator_version: Mapped[Key]
    cohort_period: Mapped[Key]
    within_dimension: Mapped[Key] = mapped_column(server_default=text("'state'"))
    within_category: Mapped[Key] = mapped_column(server_default=text("'all'"))
    dimension: Mapped[Key]
    category: Mapped[Key]
    category_label: Mapped[str]
    shown_count: Mapped[str | None]
    shown_value: Mapped[str | None]
    suppression_code: Mapped[str]


class PublishedLimitation(Base):
    """One row per release, indicator and known limitation that touches it."""

    __tablename__ = "limitation"
    __table_args__ = {"schema": "published"}  # noqa: RUF012

    release_id: Mapped[int] = mapped_column(
        Integer, ForeignKey("published.release.release_id", ondelete="cascade"), primary_key=True
    )
    indicator_code: Mapped[Key]
    limitation_code: Mapped[Key]
    sentence: Mapped[str]
    owner: Mapped[str]
    since: Mapped[str | None]
    until: Mapped[str | None]
