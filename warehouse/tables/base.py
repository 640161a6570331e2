"""What the models share: the metadata, the names of constraints, the column types.

No table belongs here.
"""

import datetime
import uuid
from typing import Annotated, Any

from sqlalchemy import BigInteger, DateTime, Double, Identity, Integer, MetaData, Text, Uuid, func, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, mapped_column

_NAMES = {
    "ix": "ix_%(table_name)s__%(column_0_N_name)s",
    "uq": "uq_%(table_name)s",
    "ck": "ck_%(table_name)s__%(constraint_name)s",
    "fk": "fk_%(table_name)s__%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(DeclarativeBase):
    """The parent of every model."""

    metadata = MetaData(naming_convention=_NAMES)
    type_annotation_map = {  # noqa: RUF012 - SQLAlchemy's own way to map types
        str: Text,
        int: Integer,
        float: Double,
        uuid.UUID: Uuid,
        datetime.datetime: DateTime(timezone=True),
        dict[str, Any]: JSONB,
    }


BigId = Annotated[int, mapped_column(BigInteger, Identity(always=True), primary_key=True)]
SmallId = Annotated[int, mapped_column(Integer, Identity(always=True), primary_key=True)]
BigCount = Annotated[int, mapped_column(BigInteger)]
Key = Annotated[str, mapped_column(Text, primary_key=True)]
Now = Annotated[datetime.datetime, mapped_column(DateTime(timezone=True), server_default=func.now())]
Json = Annotated[dict[str, Any], mapped_column(JSONB, server_default=text("'{}'::jsonb"))]


def one_of(column: str, *values: str) -> str:
    """The condition of a column with a short list of values."""
    return f"{column} in ({', '.join(repr(value) for value in values)})"
