"""The request to the Clearinghouse reads back as its layout says, and its keys find the students again."""

import datetime
from pathlib import Path

import pytest

from governance.nsc_request import WIDTHS, write_nsc_request
from warehouse.connection import Warehouse
from warehouse.errors import P20WError
from warehouse.state_sections.measures import Clearinghouse

ACCOUNT = Clearinghouse(school_code="999999", branch="00", name="Synthetic State Data System")
_VAULT = """
    create table core.fct_diploma (person_id uuid, school_year int, diploma_date date, diploma_treatment text);
    create table identity.person_record (record_id uuid, source text, source_key text, first_name text,
        middle_name text, last_name text, generation_code text, birthdate date, last_seen date);
    with run as (insert into control.linkage_run (status) values ('live') returning linkage_run_id),
    person as (
        select gen_random_uuid() as person_id, gen_random_uuid() as record_id, v.* from (values
            ('S1', 'Zoë', 'Anne', 'Müller-Łukasz', 'Jr', date '2003-02-01', 2021, 'regular'),
            ('S2', 'Bartholomew-Alexander', null, 'Featherstonehaugh-Smythe', null, '2003-03-01', 2021, 'regular'),
            ('S3', 'Ada', null, 'Example', null, null, 2021, 'regular'),
            ('S4', 'Бо', null, 'Example', null, '2003-03-01', 2021, 'regular'),
            ('S5', 'Blocked', null, 'Example', null, '2003-03-01', 2021, 'regular'),
            ('S6', 'Other', null, 'Year', null, '2003-03-01', 2020, 'regular'),
            ('S7', 'Plain', 'B', 'O''Neil', null, '2003-03-01', 2021, 'alternate'),
            ('S8', 'Left', null, 'Otherwise', null, '2003-03-01', 2021, 'other')
        ) as v(key, first, middle, last, suffix, birthdate, year, treatment)
    ),
    diploma as (insert into core.fct_diploma
        select person_id, year, make_date(year, 6, 5), treatment from person),
    record as (insert into identity.person_record
        select record_id, 'k12', key, first, middle, last, suffix, birthdate, make_date(year, 6, 5) from person)
    insert into identity.membership select linkage_run_id, record_id, person_id from person cross join run
"""


@pytest.fixture(scope="module")
def vault(warehouse: Warehouse) -> Warehouse:
    for statement in _VAULT.split(";\n"):
        warehouse.execute(statement)
    return warehouse


def _read(path: Path) -> list[list[str]]:
    text = path.read_bytes().decode("ascii")
    assert text.endswith("\r\n")
    return [line.split("\t") for line in text[:-2].split("\r\n")]


def test_the_file_reads_back_as_the_clearinghouse_expects_it(vault: Warehouse, tmp_path: Path) -> None:
    out = tmp_path / "request.txt"
    written = write_nsc_request(vault, ACCOUNT, 2021, out, blocked=frozenset({"S5"}))
    head, *details, trailer = _read(out)
    assert head[:4] == ["H1", "999999", "00", "Synthetic State Data System"]
    assert (head[5:], len(head[4])) == (["CO", "I"], 8)
    assert trailer == ["T1", str(len(details) + 2)]
    assert (written.students, written.blocked, written.incomplete) == (3, 1, 2)
    assert (written.transliterated, written.cut) == (1, 1)
    names = {(row[2], row[3], row[4], row[5]) for row in details}
    assert names == {
        ("Zoe", "A", "Muller-Lukasz", "Jr"),
        ("Bartholomew-Alexande", "", "Featherstonehaugh-Sm", ""),
        ("Plain", "B", "O'Neil", ""),
    }
    for row in details:
        assert len(row) == 12
        assert (row[0], row[1], row[8], row[9], row[10]) == ("D1", "", "", "999999", "00")
        assert datetime.datetime.strptime(row[6], "%Y%m%d")
        assert row[7] == "20210605"
        assert len(row[11]) <= WIDTHS["return_key"]
    assert out.stat().st_mode & 0o777 == 0o600


def test_a_key_is_random_and_finds_the_student_again(vault: Warehouse, tmp_path: Path) -> None:
    first, second = tmp_path / "first.txt", tmp_path / "second.txt"
    for path in (first, second):
        write_nsc_request(vault, ACCOUNT, 2021, path)
    keys = [{row[11] for row in _read(path)[1:-1]} for path in (first, second)]
    assert not keys[0] & keys[1]
    for found in keys:
        students = vault.fetch_all(
            "select student_id_state from identity.nsc_request_member where return_key = any(%s) order by 1",
            [sorted(found)],
        )
        assert students == [("S1",), ("S2",), ("S5",), ("S7",)]


def test_the_disclosure_is_recorded_with_the_file_s_checksum(vault: Warehouse, tmp_path: Path) -> None:
    import hashlib

    out = tmp_path / "request.txt"
    write_nsc_request(vault, ACCOUNT, 2021, out, inquiry="SE", search_begin=datetime.date(2021, 8, 1))
    assert {row[7] for row in _read(out)[1:-1]} == {"20210801"}
    recorded = vault.fetch_all(
        "select school_year, inquiry_type, sha256, counts ->> 'students' from identity.nsc_request"
        " order by requested_at desc limit 1"
    )
    assert recorded == [(2021, "SE", hashlib.sha256(out.read_bytes()).hexdigest(), "4")]


def test_the_state_may_choose_its_own_identifier_to_come_back(vault: Warehouse, tmp_path: Path) -> None:
    account = ACCOUNT.model_copy(update={"return_field": "student_id_state"})
    write_nsc_request(vault, account, 2021, tmp_path / "request.txt")
    assert {row[11] for row in _read(tmp_path / "request.txt")[1:-1]} == {"S1", "S2", "S5", "S7"}


def test_nothing_is_written_or_recorded_where_nobody_can_be_asked_about(
    vault: Warehouse, tmp_path: Path
) -> None:
    before = vault.fetch_value("select count(*) from identity.nsc_request")
    with pytest.raises(P20WError, match="No graduate of 1999"):
        write_nsc_request(vault, ACCOUNT, 1999, tmp_path / "request.txt")
    with pytest.raises(P20WError, match="no account"):
        write_nsc_request(vault, None, 2021, tmp_path / "request.txt")
    assert list(tmp_path.iterdir()) == []
    assert vault.fetch_value("select count(*) from identity.nsc_request") == before
