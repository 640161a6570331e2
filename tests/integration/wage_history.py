"""Random histories of small wage files: delivered, corrected, withdrawn, relinked, with the SQL that a whole build runs."""

import random
from collections.abc import Container
from pathlib import Path
from uuid import UUID

from psycopg import Connection

FIRST_QUARTER, LAST_QUARTER = 2019 * 4, 2021 * 4 + 3
# A person paid alike by two employers for three quarters on end, before the quarters that change at random.
TIED, TIED_FROM = UUID(int=999), FIRST_QUARTER - 8
EMPLOYERS = [f"E{number}" for number in range(6)]
BUILT_ON = {"fct_wage": "core", "fct_wage_quarter": "core", "person_quarter_status": "marts"}
MADE = (
    *("staging.person_key", "staging.stg_ui__wages_keyed", "staging.stg_ui__employers"),
    *("core.person_attribute", "core.fct_k12_enrollment_spell"),
)
#: What a run makes anew after a change of deliveries or links.
SELECTED = (
    *("int_employer__account", "dim_person", "dim_employer", "int_wage__input", "fct_wage"),
    *(
        "fct_wage_quarter",
        "availability",
        "int_status__quarter",
        "int_status__input",
        "person_quarter_status",
    ),
)


class History:
    """A world of a few dozen people whose deliveries, records and employers change at random."""

    def __init__(self, connection: "Connection[tuple[object, ...]]", seed: int) -> None:
        self.connection = connection
        self.random = random.Random(seed)
        self.deliveries: list[int] = []
        self.told: list[str] = []
        self._row = 0
        self.people = [UUID(int=number) for number in range(1, 31)]
        # The world is made piece by piece; the keys are asked for when a run ends.
        connection.execute("set session_replication_role = replica")

    def begin(self) -> None:
        """People with a school record and a birth year, their wage records, and the first quarters."""
        for number, person in enumerate(self.people):
            self._run(
                "insert into staging.person_key (person_id, source, source_key) values (%s, 'k12', %s)",
                person,
                f"S{number}",
            )
            self._attribute(person)
            self._spell(person)
        for number in range(60):
            self._run(
                "insert into staging.person_key (person_id, source, source_key) values (%s, 'ui', %s)",
                self.random.choice(self.people),
                f"R{number}",
            )
        for quarter in range(FIRST_QUARTER, FIRST_QUARTER + 4):
            self._deliver(quarter)
        self._run(
            "insert into staging.person_key (person_id, source, source_key) values (%s, 'ui', 'TIED')", TIED
        )
        self._pay(TIED_FROM, "C2")
        for later in (1, 2, 3):
            for employer in ("C1", "C2"):
                self._pay(TIED_FROM + later, employer)

    def turn(self) -> None:
        """Restate the one quarter that decides whose the tied quarters after it are."""
        self._run(
            "delete from staging.stg_ui__wages_keyed where source_key = 'TIED' and quarter_index = %s",
            TIED_FROM,
        )
        self._pay(TIED_FROM, "C1")

    def _pay(self, quarter: int, employer: str) -> None:
        self._row += 1
        self._run(
            "insert into staging.stg_ui__wages_keyed (delivery_id, row_number, source_key, employer_account_id,"
            " reporting_unit_id, quarter_index, total_gross_wages) values (0, %s, 'TIED', %s, 'U', %s, 500)",
            *(self._row, employer, quarter),
        )

    def change(self) -> None:
        """Some of all that may happen between two runs."""
        for happening in self.random.choices(
            (self._new_quarter, self._correct, self._withdraw, self._relink, self._take_over, self._describe),
            weights=(4, 2, 1, 3, 1, 2),
            k=self.random.randint(1, 4),
        ):
            self.told.append(happening.__name__)
            happening()

    def end(self) -> None:
        """Leave the world empty."""
        for relation in MADE:
            self._run(f"delete from {relation}")

    def _new_quarter(self) -> None:
        self._deliver(self.random.randint(FIRST_QUARTER, LAST_QUARTER))

    def _deliver(self, quarter: int) -> None:
        delivery = max(self.deliveries, default=0) + 1
        self.deliveries.append(delivery)
        # Few amounts, so that employers tie for months on end; a second delivery of a quarter reports units again.
        for row in range(1, self.random.randint(5, 80)):
            self._run(
                "insert into staging.stg_ui__wages_keyed"
                " (delivery_id, row_number, source_key, employer_account_id, reporting_unit_id, quarter_index,"
                " total_gross_wages) values (%s, %s, %s, %s, 'U', %s, %s)",
                *(delivery, row, f"R{self.random.randrange(60)}", self.random.choice(EMPLOYERS)),
                *(quarter, self.random.choice((0, 500, 500, 900, -600))),
            )

    def _correct(self) -> None:
        """Some rows of a delivery count no more: an amendment replaces them, or a decision sets them aside."""
        delivery = self.random.choice(self.deliveries)
        self._run(
            "delete from staging.stg_ui__wages_keyed where delivery_id = %s and row_number %% 3 = %s",
            delivery,
            self.random.randrange(3),
        )

    def _withdraw(self) -> None:
        self._run(
            "delete from staging.stg_ui__wages_keyed where delivery_id = %s",
            self.random.choice(self.deliveries),
        )

    def _relink(self) -> None:
        """A record goes to another person, who may be somebody whom only wages know; a person may lose the last one."""
        self._run(
            "update staging.person_key set person_id = %s where source = 'ui' and source_key = %s",
            self.random.choice([*self.people, UUID(int=self.random.randint(100, 105))]),
            f"R{self.random.randrange(60)}",
        )

    def _take_over(self) -> None:
        taken, by = self.random.sample(EMPLOYERS, 2)
        self._run(
            "insert into staging.stg_ui__employers (delivery_id, row_number, employer_account_id, predecessor_account_id,"
            " calendar_year) values (1, 1, %s, %s, 2020)",
            by,
            taken,
        )

    def _describe(self) -> None:
        person = self.random.choice(self.people)
        self._attribute(person)
        self._spell(person)

    def _attribute(self, person: UUID) -> None:
        self._run("delete from core.person_attribute where person_id = %s", person)
        self._run(
            "insert into core.person_attribute (person_id, attribute, value, source, decided_by, report_count,"
            " other_report_count, last_reported_year) values (%s, 'birth_year', %s, 'k12', 'only_value', 1, 0, 2020)",
            person,
            str(self.random.randint(2000, 2007)),
        )

    def _spell(self, person: UUID) -> None:
        self._run("delete from core.fct_k12_enrollment_spell where person_id = %s", person)
        year = self.random.randint(2018, 2021)
        self._run(
            "insert into core.fct_k12_enrollment_spell (person_id, school_id, entry_date, exit_date, school_year,"
            " is_shortened, overlap_day_count) values (%s, 'N1', %s, %s, %s, false, 0)",
            *(person, f"{year - 1}-08-20", self.random.choice((None, f"{year}-03-01")), year),
        )

    def _run(self, statement: str, *values: object) -> None:
        self.connection.execute(statement, values)  # type: ignore[call-overload]


def whole_builds(compiled: Path, tables: Container[str]) -> dict[str, str]:
    """Each of the tables with the SQL by which a build of all of it was compiled."""
    return {path.stem: path.read_text() for path in compiled.rglob("*.sql") if path.stem in tables}


def differences(connection: "Connection[tuple[object, ...]]", relation: str, query: str) -> int:
    """Rows that only the relation or only the whole build has, duplicates counted."""
    statement = (
        f"with whole as ({query}), built as (select * from {relation}) select count(*) from ("
        "(table whole except all table built) union all (table built except all table whole)) as different"
    )
    row = connection.execute(statement).fetchone()  # type: ignore[call-overload]
    assert row is not None
    return int(row[0])
