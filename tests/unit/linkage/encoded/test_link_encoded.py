import dataclasses
import json
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner

from linkage.encoded.assess import assess_encoded
from linkage.encoded.encode import Population, encode_population, encode_records
from linkage.encoded.files import Encodings, read_encodings, write_encodings
from linkage.encoded.link import EncodedResult, Limits, link_encoded
from linkage.encoded.schema import default_schema
from linkage.encoded.similar import similar_pairs
from orchestration.commands.link import command
from tests.unit.linkage.people import population, record, table
from warehouse.errors import P20WError

pytestmark = pytest.mark.slow

SECRET = b"0123456789abcdef0123456789abcdef"
SCHEMA = default_schema()


@dataclasses.dataclass(frozen=True)
class Town:
    """One agency's records and the state's others, with the true person of each record id."""

    sent: pa.Table
    standing: pa.Table
    encodings: Encodings
    population: Population
    truth: dict[str, str]


@pytest.fixture(scope="module")
def town() -> Town:
    records, truth = population(250, seed=21)
    person = [str(number) for number in truth["person"].to_pylist()]
    whose = pa.table({"record_id": records["record_id"], "person": person})
    is_sent = pc.equal(records["source"], "postsecondary")
    is_standing = pc.is_in(records["source"], pa.array(["k12", "bridge"]))
    standing = records.filter(is_standing)
    return Town(
        records.filter(is_sent),
        standing,
        encode_records(records.filter(is_sent), SCHEMA, SECRET),
        encode_population(standing, whose.filter(is_standing), SCHEMA, SECRET),
        dict(zip(records["record_id"].to_pylist(), person, strict=True)),
    )


def wrong(result: EncodedResult, truth: dict[str, str]) -> tuple[int, int]:
    """How many were linked, and how many of them to somebody else."""
    links = [row for row in result.matches.to_pylist() if row["status"] == "link"]
    return len(links), sum(truth[row["record_number"]] != row["person"] for row in links)


def test_encoded_records_find_their_persons_and_nobody_elses(town: Town) -> None:
    result = link_encoded(town.encodings, town.population, SCHEMA)
    linked, false = wrong(result, town.truth)
    assert result.matches["record_number"].to_pylist() == town.sent["record_id"].to_pylist()
    assert false == 0
    assert linked >= 0.95 * town.sent.num_rows


def test_without_tokens_and_with_noise_they_still_do(town: Town) -> None:
    noisy = dataclasses.replace(SCHEMA, flip_share=0.05, tokens=())
    encodings = encode_records(town.sent, noisy, SECRET)
    linked, false = wrong(link_encoded(encodings, town.population, noisy), town.truth)
    assert encodings.tokens == {} and false <= 1
    assert linked >= 0.9 * town.sent.num_rows


def test_blocking_finds_what_comparing_everything_finds(town: Town) -> None:
    everything = link_encoded(town.encodings, town.population, SCHEMA)
    blocked = link_encoded(town.encodings, town.population, SCHEMA, most_compared=0)
    links = [
        {row["record_number"]: row["person"] for row in result.matches.to_pylist() if row["status"] == "link"}
        for result in (everything, blocked)
    ]
    assert links[1].items() <= links[0].items()
    assert len(links[1]) >= 0.98 * len(links[0])


def test_the_coefficients_of_blocked_pairs_are_those_of_all_pairs() -> None:
    chance = np.random.default_rng(3)
    left = np.packbits(chance.random((40, 256)) < 0.4, axis=1)
    right = np.packbits(chance.random((60, 256)) < 0.4, axis=1)
    right[:40] = left
    rows, others, dice, overlap = similar_pairs(left, right, 0.9)
    assert list(zip(rows, others, strict=True)) == [(n, n) for n in range(40)]
    assert (dice == 1).all() and (overlap == 1).all()
    assert [list(part) for part in similar_pairs(left, right, 0.9, most_compared=0)] == [
        list(part) for part in (rows, others, dice, overlap)
    ]


def twins() -> pa.Table:
    import datetime

    born = {"last_name": "Papadakis", "birthdate": datetime.date(2004, 2, 3), "sex": "M", "ssn": None}
    return table(
        [
            record("k12", "t1", first_name="Leonidas", **born),
            record("k12", "t2", first_name="Alexandros", **born),
            record("k12", "t3", first_name="Leonidas", **born | {"ssn": "219883456"}),
        ]
    )


def linked_to(sent: pa.Table, standing: pa.Table, limits: Limits | None = None) -> list[tuple[str, str]]:
    whose = pa.table({"record_id": standing["record_id"], "person": standing["source_key"]})
    result = link_encoded(
        encode_records(sent, SCHEMA, SECRET),
        encode_population(standing, whose, SCHEMA, SECRET),
        SCHEMA,
        limits,
    )
    return [(row["status"], row["reason"] or row["person"]) for row in result.matches.to_pylist()]


def test_twins_stay_apart() -> None:
    rows = twins()
    assert linked_to(rows.slice(1, 1), rows.slice(0, 1))[0][0] != "link"
    assert linked_to(rows.slice(0, 2), rows.slice(0, 2)) == [("link", "t1"), ("link", "t2")]


def test_two_equal_candidates_are_asked_about() -> None:
    rows = twins()
    namesakes = pa.concat_tables([rows.slice(0, 1), rows.slice(2, 1)])
    sent = rows.slice(0, 1)
    assert linked_to(sent, namesakes) == [("review", "ambiguous")]


def test_a_token_decides_between_namesakes_and_speaks_against_a_link() -> None:
    rows = twins()
    namesakes = pa.concat_tables([rows.slice(0, 1), rows.slice(2, 1)])
    assert linked_to(rows.slice(2, 1), namesakes) == [("link", "t3")]
    other = table([rows.to_pylist()[2] | {"ssn": "219883999", "source_key": "t9"}])
    assert linked_to(rows.slice(2, 1), other) == [("review", "token_differs")]


def test_a_person_gets_one_record_of_an_agency_that_holds_a_person_once() -> None:
    rows = twins()
    again = table([rows.to_pylist()[0] | {"first_name": "Leonida", "record_id": "again"}])
    sent = pa.concat_tables([again, rows.slice(0, 1)])
    assert linked_to(sent, rows.slice(0, 1), Limits(one_to_one=True)) == [
        ("review", "person_has_a_better_record"),
        ("link", "t1"),
    ]
    assert linked_to(sent, rows.slice(0, 1), Limits(one_to_one=False)) == [("link", "t1"), ("link", "t1")]


def test_a_former_name_that_the_state_knows_is_found() -> None:
    married = record(
        "bridge", "b1", first_name="Ulyana", last_name="Sobczak", other_last_names=["Marchetti"], sex="F"
    )
    sent = record("x", "s1", first_name="Ulyana", last_name="Marchetti", sex="F")
    assert linked_to(table([sent]), table([married])) == [("link", "b1")]


@pytest.mark.parametrize("suffix", ["json", "parquet"])
def test_a_file_of_encodings_comes_back_and_names_nobody(suffix: str, town: Town, tmp_path: Path) -> None:
    path = tmp_path / f"sent.{suffix}"
    write_encodings(town.encodings, path)
    back = read_encodings(path)
    assert (back.bits == town.encodings.bits).all()
    assert back.known is not None and town.encodings.known is not None
    assert (back.known == town.encodings.known).all()
    assert back.ids.to_pylist() == town.encodings.ids.to_pylist()
    assert back.tokens["ssn"].to_pylist() == town.encodings.tokens["ssn"].to_pylist()
    back.fits(SCHEMA, str(town.encodings.key_check))
    content = path.read_bytes()
    for column in ("last_name", "ssn"):
        for value in set(town.sent[column].drop_null().to_pylist()):
            assert len(value) < 6 or value.encode() not in content


def test_what_clkhash_itself_writes_is_read(tmp_path: Path) -> None:
    path = tmp_path / "clks.json"
    vectors = json.loads((Path(__file__).parent / "clkhash_vectors.json").read_text())
    path.write_text(json.dumps({"clks": vectors["cases"][0]["clks"]}))
    found = read_encodings(path)
    assert found.ids.to_pylist() == ["1", "2", "3"]
    assert found.bits.shape == (3, 128) and found.known is None


@pytest.mark.parametrize(
    "content",
    ["", "{}", '{"clks": []}', '{"clks": ["!!"]}', '{"clks": ["AAAA", "AAAAAAAA"]}',
     '{"clks": ["AAAA", "AAAA"], "record_ids": ["1", "1"]}', '{"clks": ["AAAA"], "known": [1, 2]}'],
)  # fmt: skip
def test_a_broken_file_of_encodings_is_refused(content: str, tmp_path: Path) -> None:
    path = tmp_path / "broken.json"
    path.write_text(content)
    with pytest.raises(P20WError, match=r"broken\.json"):
        read_encodings(path)


def test_another_secret_or_schema_is_told_instead_of_linking_nobody(town: Town) -> None:
    with pytest.raises(P20WError, match="another secret"):
        town.encodings.fits(SCHEMA, "0" * 16)
    with pytest.raises(P20WError, match="another linkage schema"):
        town.encodings.fits(dataclasses.replace(SCHEMA, digest="x"), str(town.encodings.key_check))


def test_the_quality_of_the_encoded_mode_is_stated_beside_the_clear_one(tmp_path: Path) -> None:
    records, truth = population(120, seed=5)
    path = tmp_path / "people.parquet"
    pq.write_table(records.append_column("who", truth["person"].cast("string")), path)
    found = assess_encoded(path, truth="who", source="postsecondary")
    assert found["encoded"]["precision"] >= 0.99
    assert found["encoded"]["recall"] >= 0.9
    assert found["in_the_clear"]["linkable"] == found["encoded"]["linkable"] > 30


def test_an_agency_encodes_its_file_without_a_warehouse(tmp_path: Path) -> None:
    people, secret, out = tmp_path / "people.csv", tmp_path / "secret", tmp_path / "sent.json"
    people.write_text(
        "record_id,first_name,last_name,birthdate,ssn,shoe\nA1,Ana,Okonkwo,2001-02-03,219883456,9\n"
    )
    run = CliRunner().invoke
    assert run(command, ["encode", "--new-secret", str(secret)]).exit_code == 0
    done = run(command, ["encode", "--records", str(people), "--secret-file", str(secret), "--out", str(out)])
    assert done.exit_code == 0, done.output
    assert "1 records are encoded" in done.output and "shoe" in done.output
    written = out.read_text()
    assert json.loads(written)["record_ids"] == ["A1"]
    for hidden in ("Okonkwo", "OKONKWO", "219883456", secret.read_text().strip()):
        assert hidden not in written + done.output
