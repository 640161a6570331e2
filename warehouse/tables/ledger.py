"""Schema control: the logs to which rows are only ever added. Triggers number, date and seal them.

Nothing about a person belongs in them: they are never erased.
"""

import datetime

from sqlalchemy import BigInteger, CheckConstraint
from sqlalchemy.orm import Mapped, mapped_column

from warehouse.tables.base import Base, Json

_HAS_ACTOR = "length(trim(actor)) > 0"


class _Sealed:
    """The columns of every log."""

    position: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    at: Mapped[datetime.datetime]
    # The database's login; the actor is the account or person that used it.
    login: Mapped[str]
    actor: Mapped[str]
    action: Mapped[str]
    subject: Mapped[str]
    detail: Mapped[Json]
    previous_hash: Mapped[str]
    hash: Mapped[str]


class AccessLog(_Sealed, Base):
    """One row per way to the data that was given, used or taken away."""

    __tablename__ = "access_log"
    __table_args__ = (CheckConstraint(_HAS_ACTOR, name="actor"), {"schema": "control"})


class DisclosureLog(_Sealed, Base):
    """One row per disclosure: what left the warehouse, who received it, and their legitimate interest."""

    __tablename__ = "disclosure_log"
    __table_args__ = (
        CheckConstraint(_HAS_ACTOR, name="actor"),
        CheckConstraint(
            "coalesce(length(trim(detail ->> 'recipient')), 0) > 0"
            " and coalesce(length(trim(detail ->> 'interest')), 0) > 0",
            name="detail",
        ),
        {"schema": "control"},
    )


class OverrideLog(_Sealed, Base):
    """One row per finding of a rule, or decision of a program, that a person set aside, with the reason."""

    __tablename__ = "override_log"
    __table_args__ = (
        CheckConstraint(_HAS_ACTOR, name="actor"),
        CheckConstraint("coalesce(length(trim(detail ->> 'reason')), 0) > 0", name="detail"),
        {"schema": "control"},
    )
