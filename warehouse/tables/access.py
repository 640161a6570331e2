"""Schema control: who may see what, as the database's own function reads it, and as it was when somebody last looked.

The intent itself is `warehouse.access.intent`; these are its copies.
"""

from sqlalchemy import CheckConstraint
from sqlalchemy.orm import Mapped, mapped_column

from warehouse.tables.base import Base, BigId, Json, Key, Now, one_of


class AccessGrant(Base):
    """One row per role, relation (or `*` for a whole schema) and verb that is meant."""

    __tablename__ = "access_grant"
    __table_args__ = {"schema": "control"}  # noqa: RUF012

    role_name: Mapped[Key]
    schema_name: Mapped[Key]
    relation_name: Mapped[Key]
    verb: Mapped[Key]


class AccessPolicy(Base):
    """One row per relation and restricted role: which of its rows the role may read."""

    __tablename__ = "access_policy"
    __table_args__ = {"schema": "control"}  # noqa: RUF012

    schema_name: Mapped[Key]
    relation_name: Mapped[Key]
    role_name: Mapped[Key]
    condition: Mapped[str]


class EducatorLogin(Base):
    """One row per database login of an educator and school or district whose learners it may see."""

    __tablename__ = "educator_login"
    __table_args__ = (
        CheckConstraint(one_of("organization_level", "school", "district"), name="organization_level"),
        {"schema": "control"},
    )

    login_role: Mapped[Key]
    organization_level: Mapped[Key]
    organization_id: Mapped[Key]


class AccessSnapshot(Base):
    """One row per time that somebody had the rights printed: what they were."""

    __tablename__ = "access_snapshot"
    __table_args__ = {"schema": "control"}  # noqa: RUF012

    snapshot_id: Mapped[BigId]
    at: Mapped[Now]
    actor: Mapped[str]
    rights: Mapped[Json] = mapped_column()
