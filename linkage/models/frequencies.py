"""How often each name occurs, kept with a model: a common name agreeing says less than a rare one.

Frozen with the model, so that a pair scores alike in every run. Only names that several records hold are kept by name.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from linkage.engine import scalar

if TYPE_CHECKING:
    import duckdb

NAME_COLUMNS = ("given", "family")

ENOUGH_NAMES = 1_000
"""The frequencies of fewer records say little of a population: until then each run counts its own."""

# A name of fewer records could tell who is in the file, and its frequency is mere chance.
_FEWEST = 5
# In a small file every name is a common one by its count alone.
_FEWEST_RECORDS = 2_000
# Below this share all names count as equally rare, as in the comparisons.
_RAREST = 5e-5


@dataclass(frozen=True)
class Frequencies:
    """Shares of names in one population.

    Attributes:
        rare: by column, the share of every name that is not listed.
        shares: by column, name and share.
    """

    rare: dict[str, float]
    shares: dict[str, dict[str, float]]

    def as_dict(self) -> dict[str, Any]:
        """Return plain values, for JSON."""
        return {"rare": self.rare, "shares": self.shares}

    def load(self, connection: duckdb.DuckDBPyConnection, column: str) -> str:
        """Make Splink's lookup table for the names at hand and return the table's name."""
        import pyarrow as pa

        shares = self.shares[column]
        listed = pa.table(
            {"name": pa.array(shares.keys(), pa.string()), "share": pa.array(shares.values(), pa.float64())}
        )
        connection.register("listed_name", listed)
        table = f"frequency_{column}"
        connection.execute(
            f"""
            create or replace table {table} as
            select n.{column}, coalesce(f.share, {self.rare[column]!r}) as tf_{column}
            from (select distinct {column} from node where {column} is not null) as n
            left join listed_name as f on f.name = n.{column}
            """
        )
        connection.unregister("listed_name")
        return table


def count_frequencies(connection: duckdb.DuckDBPyConnection) -> Frequencies:
    """Count the names of the nodes; wage nodes, one per spelling, count only where there is nothing else."""
    source = "spine" if scalar(connection, "select count(*) from spine") else "node"
    rare, shares = {}, {}
    for column in NAME_COLUMNS:
        total = max(_FEWEST_RECORDS, scalar(connection, f"select count({column}) from {source}"))
        rare[column] = float(f"{max(_RAREST, 2 / total):.6g}")
        shares[column] = {
            name: float(f"{count / total:.6g}")
            for name, count in connection.execute(
                f"select {column}, count(*) as n from {source} where {column} is not null group by 1"
                f" having n >= {_FEWEST} and n > {_RAREST * total} order by 1"
            ).fetchall()
        }
    return Frequencies(rare, shares)
