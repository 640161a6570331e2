"""The files of the synthetic state are as the layouts say."""

import datetime
import hashlib
from pathlib import Path

import pytest

from ingest.catalogue import load_catalogue
from ingest.synthetic import write_state
from tests.unit.ingest.synthetic.conftest import Written
from tests.unit.ingest.synthetic.files import described, header_and_rows, standard_rows
from warehouse.errors import P20WError
from warehouse.state import DEMO_STATE, load_state

pytestmark = pytest.mark.slow

PYTHON_FORMATS = {"YYYYMMDD": "%Y%m%d", "YYYY-MM-DD": "%Y-%m-%d", "MM/DD/YYYY": "%m/%d/%Y"}
DELIMITED = sorted(load_catalogue().layouts.keys() - {"ui/wage"})
HEADED = [key for key in DELIMITED if key != "k12/graduate"]


def of_layout(written: Written, key: str) -> list[Path]:
    found = written.files(f"{key.replace('/', '__')}__*")
    assert found, key
    return found


def test_every_layout_has_files_from_everyone_who_sends_it(written: Written) -> None:
    sent = {(described(path)[0].key, path.parent.name) for path in written.files("*")}
    expected = {(key, name) for name, who in load_state(DEMO_STATE).submitters.items() for key in who.layouts}
    assert sent == expected


def test_a_file_lies_in_the_folder_of_the_submitter_it_names(written: Written) -> None:
    assert all(described(path)[1] == path.parent.name for path in written.files("*"))


def test_graduates_files_are_records_between_a_header_and_a_true_trailer(written: Written) -> None:
    for path in of_layout(written, "k12/graduate"):
        lines = [line.split("\t") for line in path.read_text("ascii").splitlines()]
        assert (lines[0][0], lines[-1][0]) == ("PH3", "PT3")
        assert {(line[0], len(line)) for line in lines[1:-1]} == {("PD3", 28)}
        assert int(lines[-1][1]) == len(lines)


@pytest.mark.parametrize("key", HEADED)
def test_headers_are_spelled_as_the_version_in_force_spells_them(written: Written, key: str) -> None:
    for path in of_layout(written, key):
        layout, _, period = described(path)
        header, _ = header_and_rows(path)
        accepted = [column.headers_for(layout.version_for(period)) for column in layout.columns]
        assert len(header) == len(accepted)
        assert all(name in spellings for name, spellings in zip(header, accepted, strict=True))


def test_the_clearinghouse_changes_its_spelling_between_years(written: Written) -> None:
    spellings = {header_and_rows(path)[0][0] for path in of_layout(written, "nsc/detail")}
    assert spellings == {"Your Unique Identifier", "Your_Unique_Identifier"}


@pytest.mark.parametrize("key", DELIMITED)
def test_rows_hold_what_their_columns_require(written: Written, key: str) -> None:
    catalogue = load_catalogue()
    for path in of_layout(written, key):
        layout, _, period = described(path)
        declared = layout.versions[layout.version_for(period)]
        keys = set()
        count = 0
        for row in standard_rows(path):
            count += 1
            keys.add(tuple(row[name] for name in layout.key_columns))
            for column in layout.columns:
                value = row[column.name]
                if not value:
                    assert not column.required, (path.name, column.name)
                elif column.type == "date":
                    datetime.datetime.strptime(value, PYTHON_FORMATS[declared.date_format or ""])
                elif column.type == "code":
                    assert value in catalogue.code_sets[column.code_set or ""].codes, (path.name, column.name)
                elif column.type in ("integer", "decimal"):
                    float(value)
        assert len(keys) == count, path.name


def test_the_cooperatives_write_their_own_codes_and_change_their_layout(written: Written) -> None:
    south = written.root / "incoming" / "south"
    _, rows = header_and_rows(south / "k12__student__south__2018.csv")
    assert {row[9] for row in rows} <= {"1", "2", "3"}
    older, _ = header_and_rows(south / "k12__student__south__2018.csv")
    newer, _ = header_and_rows(south / "k12__student__south__2019.txt")
    assert (older[0], newer[0]) == ("SCH_YR", "schoolYear")


def test_wage_files_are_records_of_275_bytes_between_a_header_and_a_true_trailer(written: Written) -> None:
    for path in of_layout(written, "ui/wage"):
        lines = path.read_bytes().split(b"\n")
        assert lines.pop() == b""
        assert {len(line) for line in lines} == {275}
        assert lines[0][:1] == b"A" and lines[-1][:1] == b"F"
        assert {line[:1] for line in lines[1:-1]} == {b"S"}
        assert int(lines[-1][1:11]) == len(lines) - 2
        assert int(lines[-1][40:55]) == sum(int(line[49:63]) for line in lines[1:-1])


def test_a_wage_file_repeats_no_person_employer_and_unit(written: Written) -> None:
    for path in of_layout(written, "ui/wage"):
        keys = [line[1:43] + line[146:176] for line in path.read_bytes().split(b"\n")[1:-2]]
        assert len(keys) == len(set(keys)), path.name


def test_some_wage_accounts_name_nobody_and_some_cut_names_short(written: Written) -> None:
    lines = [
        line
        for path in of_layout(written, "ui/wage")
        for line in path.read_bytes().split(b"\n")
        if line[:1] == b"S"
    ]
    nameless = sum(not line[10:42].strip() for line in lines) / len(lines)
    initials = sum(len(line[30:42].strip()) == 1 and len(line[10:30].strip()) <= 6 for line in lines) / len(
        lines
    )
    assert 0.02 < nameless < 0.25
    assert 0.03 < initials < 0.35


def _digest(root: Path) -> dict[str, str]:
    return {
        path.relative_to(root).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(root.rglob("*"))
        if path.is_file()
    }


def test_a_seed_always_writes_the_same_bytes_and_replaces_an_earlier_state_only(tmp_path: Path) -> None:
    roots = one, two, other = [tmp_path / name for name in ("one", "two", "other")]
    for root, seed in zip(roots, (3, 3, 4), strict=True):
        write_state(root, learners=100 if seed == 4 else 120, seed=seed)
    assert _digest(one) == _digest(two)
    assert _digest(one)["truth/records.parquet"] != _digest(other)["truth/records.parquet"]
    own = one / "incoming" / "north" / "notes.txt"
    own.write_text("kept")
    write_state(one, learners=100, seed=4)
    assert own.read_text() == "kept"
    own.unlink()
    assert _digest(one) == _digest(other)


def test_too_few_learners_are_refused_with_a_hint(tmp_path: Path) -> None:
    with pytest.raises(P20WError, match="at least 100 learners"):
        write_state(tmp_path, learners=10)
