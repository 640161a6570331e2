"""Random histories of small wage files as the gate leaves them: delivered, amended, set aside, withdrawn, put back."""

import random
import uuid

from psycopg import Connection

from ingest.catalogue import load_catalogue
from ingest.raw_tables import attach_partition, create_partition

LAYOUT = load_catalogue().layouts["ui/wage"]
BUILT_ON = {
    "stg_ui__wages": "identity",
    "int_ui__persons_described": "identity",
    "stg_ui__wages_keyed": "staging",
}
#: With what stands between them.
SELECTED = (*BUILT_ON, "person_description", "source_record")
_DELIVERY = """
insert into control.delivery (layout, submitter, period, layout_version, sha256, file_name, status, is_amendment)
values ('ui/wage', %s, %s, %s, %s, 'file', 'accepted', %s) returning delivery_id
"""
_ROW = """
insert into raw.ui__wage (delivery_id, row_number, ssn, last_name, first_name, total_gross_wages, employer_account_id,
    reporting_unit_id, reporting_period) values (%s, %s, %s, %s, 'Kim', %s, 'E1', 'U', %s)
"""
_REPLACED = "insert into quality.replaced_row (delivery_id, row_number, amended_by) values (%s, %s, %s)"
_REJECTED = "insert into quality.rejected_row (delivery_id, row_number, rule_code) values (%s, %s, %s) on conflict do nothing"
_STATUS = "update control.delivery set status = %s where delivery_id = %s"
_CODE_MAP = """
insert into control.code_map (code_set, submitter, local_code, standard_code, first_year, last_year)
values ('sex', 'state', %s, 'F', 2019, 2019)
"""


class Deliveries:
    """Deliveries of a few people's wages that change at random."""

    def __init__(self, connection: "Connection[tuple[object, ...]]", seed: int) -> None:
        self.connection = connection
        self.random = random.Random(seed)
        self.told: list[str] = []
        self._rows: dict[int, int] = {}
        self._withdrawn: list[int] = []

    def begin(self) -> None:
        for _ in range(4):
            self.deliver()

    def change(self) -> None:
        """One of each that may happen between two runs, in any order, and some once more."""
        happenings = [self.deliver, self._amend, self._set_aside, self._withdraw, self._put_back, self._map]
        for happening in self.random.sample(happenings + happenings[:3], k=9):
            self.told.append(happening.__name__)
            happening()

    def deliver(self, is_amendment: bool = False) -> int:
        """A quarter's wages; a name of few is spelled in several ways, and a number is missing here and there."""
        year, quarter = self.random.randint(2019, 2020), self.random.randint(1, 4)
        told = [
            "state",
            f"{year}Q{quarter}",
            LAYOUT.version_for(f"{year}Q{quarter}"),
            uuid.uuid4().hex,
            is_amendment,
        ]
        (delivery,) = self.connection.execute(_DELIVERY, told).fetchone() or (0,)
        assert isinstance(delivery, int)
        create_partition(self.connection, LAYOUT, delivery)
        attach_partition(self.connection, LAYOUT, delivery)
        self._rows[delivery] = self.random.randint(3, 12)
        for row in range(1, self._rows[delivery] + 1):
            person = self.random.randrange(12)
            values = [f"23456{person:04}" if person else "", self.random.choice(("Lee", "lee ", "Roe"))]
            amount = self.random.choice(("100", "250.5", "-3", "much"))
            period = self.random.choice((f"{quarter * 3:02}{year}",) * 5 + ("never",))
            self.connection.execute(_ROW, [delivery, row, *values, amount, period])
        return delivery

    def _amend(self) -> None:
        amendment = self.deliver(is_amendment=True)
        for delivery, row in self._some_rows():
            if delivery != amendment:
                self.connection.execute(_REPLACED, [delivery, row, amendment])

    def _set_aside(self) -> None:
        for delivery, row in self._some_rows():
            self.connection.execute(_REJECTED, [delivery, row, f"A{self.random.randrange(2)}"])

    def _withdraw(self) -> None:
        delivery = self.random.choice([known for known in self._rows if known not in self._withdrawn])
        self._withdrawn.append(delivery)
        self.connection.execute(_STATUS, ["withdrawn", delivery])

    def _put_back(self) -> None:
        if self._withdrawn:
            delivery = self._withdrawn.pop(self.random.randrange(len(self._withdrawn)))
            self.connection.execute(_STATUS, ["accepted", delivery])

    def _map(self) -> None:
        self.connection.execute(_CODE_MAP, [uuid.uuid4().hex])

    def _some_rows(self) -> list[tuple[int, int]]:
        rows = [(delivery, row) for delivery, count in self._rows.items() for row in range(1, count + 1)]
        return self.random.sample(rows, k=3)
