"""The tables that the warehouse publishes as seeds, for what no life knows: prices, industries, clusters, pathways.

Belongs here: reading a seed. Must not come here: what a person did.
"""

import csv
from functools import lru_cache
from importlib.resources import files


@lru_cache
def published(name: str) -> tuple[dict[str, str], ...]:
    """Return the rows of a seed of the warehouse."""
    text = (files("dbt_project") / "seeds" / f"{name}.csv").read_text(encoding="utf-8")
    return tuple(csv.DictReader(text.splitlines()))


@lru_cache
def sector_of_prefix() -> dict[str, str]:
    """Return the NAICS sector of each two-digit beginning of an industry code."""
    return {row["naics_prefix"]: row["naics_sector"] for row in published("naics_sector")}


@lru_cache
def sectors_of_family() -> dict[str, frozenset[str]]:
    """Return the NAICS sectors that each two-digit family of programs leads to."""
    rows = published("cip_family_naics")
    return {
        family: frozenset(row["naics_sector"] for row in rows if row["cip_family_code"] == family)
        for family in {row["cip_family_code"] for row in rows}
    }


@lru_cache
def cluster_of_program(cip_code: str) -> str:
    """Return the career cluster of a program: its own, or that of its family where the list does not name it."""
    for row in published("cip"):
        if row["cip_code"] == cip_code:
            return row["career_cluster_code"]
    families = {row["cip_family_code"]: row["career_cluster_code"] for row in published("cip_family")}
    return families.get(cip_code[:2], "")
