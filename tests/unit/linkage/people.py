"""Person records for tests: single ones written by hand, and a seeded population with the usual mistakes."""

import datetime
import random
import uuid
from typing import Any

import pyarrow as pa
from faker.providers.person.en_US import Provider

from linkage.records import record_schema

Row = dict[str, Any]


def record(source: str, source_key: str, **values: Any) -> Row:
    """One row of the contract; what is not given is not known."""
    row: Row = dict.fromkeys(record_schema().names)
    row |= {"other_first_names": [], "other_last_names": [], "set_aside": []}
    identifier = str(uuid.uuid5(uuid.NAMESPACE_OID, f"{source}:{source_key}"))
    return row | {"record_id": identifier, "source": source, "source_key": source_key} | values


def table(rows: list[Row]) -> pa.Table:
    return pa.Table.from_pylist(rows, schema=record_schema())


def clusters_by_key(result: Any, records: pa.Table) -> set[frozenset[tuple[str, str]]]:
    """The persons found, as sets of (source, source_key): comparable between runs."""
    keys = {row["record_id"]: (row["source"], row["source_key"]) for row in records.to_pylist()}
    persons: dict[int, set[tuple[str, str]]] = {}
    for row in result.clusters.to_pylist():
        persons.setdefault(row["cluster_id"], set()).add(keys[row["record_id"]])
    return {frozenset(person) for person in persons.values()}


def membership(result: Any, records: pa.Table) -> pa.Table:
    return records.select(["record_id", "source", "source_key"]).join(result.clusters, "record_id")


def population(count: int, seed: int) -> tuple[pa.Table, pa.Table]:
    """Records of made-up people in all five sources, and the truth (source, source_key, person)."""
    maker = _Maker(random.Random(seed))
    for number in range(count):
        maker.add_person(number)
    truth = pa.table(
        {
            "source": [row["source"] for row in maker.rows],
            "source_key": [row["source_key"] for row in maker.rows],
            "person": maker.persons,
        }
    )
    return table(maker.rows), truth


class _Maker:
    def __init__(self, chance: random.Random) -> None:
        self.chance = chance
        self.rows: list[Row] = []
        self.persons: list[int] = []
        self.keys: set[tuple[str, str]] = set()
        self.given = {
            "F": list(Provider.first_names_female.items()),
            "M": list(Provider.first_names_male.items()),
        }
        self.family = list(Provider.last_names.items())

    def add_person(self, number: int) -> None:
        chance = self.chance
        sex = chance.choice("FM")
        person = {
            "sex": sex,
            "first_name": self._draw(self.given[sex]),
            "middle_name": self._draw(self.given[sex]) if chance.random() < 0.8 else None,
            "last_name": self._draw(self.family),
            "birthdate": datetime.date(2000, 9, 1) + datetime.timedelta(days=chance.randrange(1400)),
            "zip_code": f"{30000 + chance.randrange(200)}",
        }
        ssn = f"{chance.randrange(1, 665):03}{chance.randrange(1, 100):02}{chance.randrange(1, 10000):04}"
        married = self._draw(self.family) if sex == "F" and chance.random() < 0.1 else None
        self._emit(number, "k12", f"S{number:06}", self._misspell(person))
        licensed = person | (
            {"last_name": married, "other_last_names": [person["last_name"]]} if married else {}
        )
        self._emit(number, "bridge", f"D{number:06}", self._misspell(licensed) | {"ssn": ssn})
        if chance.random() < 0.5:
            key = f"{100000 + chance.randrange(20)}|{number:06}"
            self._emit(number, "postsecondary", key, self._misspell(person) | {"ssn": ssn})
        if chance.random() < 0.2:
            self._emit(number, "wioa", f"W{number:06}", self._misspell(licensed) | {"ssn": ssn})
        for _ in range(chance.randrange(4)):
            self._emit_wage(number, ssn, chance.choice([person, licensed]))

    def _draw(self, names: list[tuple[str, float]]) -> str:
        return self.chance.choices([name for name, _ in names], [weight for _, weight in names])[0]

    def _misspell(self, person: Row) -> Row:
        chance, copy = self.chance, dict(person)
        for column in ("first_name", "last_name"):
            if chance.random() < 0.02 and len(copy[column]) > 3:
                place = chance.randrange(1, len(copy[column]) - 1)
                copy[column] = copy[column][:place] + copy[column][place + 1 :]
        date = copy["birthdate"]
        if chance.random() < 0.01 and date.day <= 12:
            copy["birthdate"] = date.replace(month=date.day, day=date.month)
        if copy["middle_name"] and chance.random() < 0.5:
            copy["middle_name"] = copy["middle_name"][0]
        return copy

    def _emit_wage(self, number: int, ssn: str, person: Row) -> None:
        first, last = person["first_name"].upper(), person["last_name"].upper()
        kind = self.chance.random()
        if kind < 0.1:
            first = last = ""
        elif kind < 0.25:
            first, last = first[0], last[:6]
        named = {"first_name": first or None, "last_name": last or None, "ssn": ssn}
        self._emit(number, "ui", f"{ssn}|{last}|{first}|", named)

    def _emit(self, number: int, source: str, key: str, values: Row) -> None:
        if (source, key) not in self.keys:
            self.keys.add((source, key))
            row = record(source, key, **values) | {
                "record_id": str(uuid.UUID(int=self.chance.getrandbits(128)))
            }
            self.rows.append(row)
            self.persons.append(number)
