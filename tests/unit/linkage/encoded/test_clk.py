import base64
import dataclasses
import json
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from linkage.encoded.clk import combine, feature_filters, flip
from linkage.encoded.encode import encode_records
from linkage.encoded.keys import key_check, new_secret, read_secret
from linkage.encoded.schema import default_schema, load_schema, parse_schema
from tests.unit.linkage.people import record, table
from warehouse.errors import P20WError

pytestmark = pytest.mark.slow

# Made by clkhash 0.18.3 itself.
VECTORS = json.loads((Path(__file__).parent / "clkhash_vectors.json").read_text())
SECRET = b"0123456789abcdef0123456789abcdef"


@pytest.mark.parametrize("case", VECTORS["cases"], ids=["blakeHash", "doubleHash, folded"])
def test_encodings_are_bit_for_bit_those_of_clkhash(case: dict[str, Any]) -> None:
    schema = parse_schema(json.dumps(case["schema"]))
    parts = pa.table(
        {
            feature.identifier: pa.chunked_array([[row[place] for row in case["rows"]]])
            for place, feature in enumerate(schema.features)
        }
    )
    bits = combine(feature_filters(parts, schema, VECTORS["secret"].encode()), schema)
    assert [base64.b64encode(row).decode() for row in bits] == case["clks"]


def dice(a: Any, b: Any) -> float:
    return float(2 * np.bitwise_count(a & b).sum() / (np.bitwise_count(a).sum() + np.bitwise_count(b).sum()))


def people() -> pa.Table:
    ana = {"last_name": "Okonkwo-Diaz", "birthdate": "2003-04-05", "sex": "F"}
    return table(
        [
            record("s", "1", first_name="Anneliese", **_dated(ana)),
            record("s", "2", first_name="ANNELISE", **_dated(ana)),
            record("s", "3", first_name="Bartholomew", **_dated(ana)),
            record("s", "4", first_name="Xu", last_name="Ng", **_dated({"birthdate": "1961-12-30"})),
        ]
    )


def _dated(values: dict[str, Any]) -> dict[str, Any]:
    import datetime

    return values | {"birthdate": datetime.date.fromisoformat(values["birthdate"])}


def test_a_slip_stays_alike_and_another_person_does_not() -> None:
    bits = encode_records(people(), default_schema(), SECRET).bits
    assert dice(bits[0], bits[1]) > 0.9
    assert 0.6 < dice(bits[0], bits[2]) < 0.85
    assert dice(bits[0], bits[3]) < 0.6


def test_a_long_name_sets_about_as_many_bits_as_a_short_one() -> None:
    schema = default_schema()
    names = table(
        [record("s", str(n), first_name=name) for n, name in enumerate(("Io", "Wilhelmina", "Anne"))]
    )
    counts = np.bitwise_count(encode_records(names, schema, SECRET).bits).sum(axis=1)
    assert counts.max() - counts.min() <= 20


def test_another_secret_gives_other_bits_and_another_check() -> None:
    schema, other = default_schema(), b"another secret of thirty-two chars"
    one, two = (encode_records(people(), schema, secret) for secret in (SECRET, other))
    assert dice(one.bits[0], two.bits[0]) < 0.6
    assert one.key_check == key_check(schema, SECRET) != two.key_check
    assert SECRET.hex()[:16] not in str(one.key_check)


def test_noise_flips_its_share_of_bits_and_always_the_same() -> None:
    quiet = default_schema()
    noisy = dataclasses.replace(quiet, flip_share=0.1)
    clear = np.repeat(encode_records(people(), quiet, SECRET).bits, 50, axis=0)
    flipped = flip(clear, noisy, SECRET)
    assert 0.08 < np.bitwise_count(clear ^ flipped).sum() / (len(clear) * quiet.length) < 0.12
    assert (flip(clear, noisy, SECRET) == flipped).all()
    assert (flip(clear, noisy, SECRET + b"x") != flipped).any()


def test_a_secret_is_long_its_owners_alone_and_never_replaced(tmp_path: Path) -> None:
    path = tmp_path / "secret"
    new_secret(path)
    assert path.stat().st_mode & 0o777 == 0o600
    assert len(read_secret(path)) == 64
    with pytest.raises(P20WError, match="exists already"):
        new_secret(path)
    path.chmod(0o644)
    with pytest.raises(P20WError, match="chmod 600"):
        read_secret(path)
    path.chmod(0o600)
    path.write_text("short")
    with pytest.raises(P20WError, match="shorter") as refusal:
        read_secret(path)
    assert "short " not in str(refusal.value).replace("shorter", "")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"version": 2}, "version 2"),
        ({"clkConfig": {"l": 1000, "kdf": {"type": "HKDF"}}}, "1000 bits"),
        ({"clkConfig": {"l": 1024, "kdf": {"type": "legacy"}}}, "derives its keys"),
        ({"features": []}, "no part that sets bits"),
        ({"p20w": {"flipShare": 0.4}}, "flipShare"),
        ({"p20w": {"balance": True}}, "unknown setting"),
        ({"features": [{"identifier": "shoe_size", "hashing": {"comparison": {"type": "exact"},
                        "strategy": {"bitsPerFeature": 9}}}]}, "shoe_size"),
        ({"features": [{"identifier": "given", "hashing": {"comparison": {"type": "numeric"},
                        "strategy": {"bitsPerToken": 9}}}]}, "not supported"),
        ({"features": [{"identifier": "given", "hashing": {"comparison": {"type": "exact"},
                        "strategy": {}}}]}, "no number of bits"),
    ],
)  # fmt: skip
def test_what_a_schema_asks_for_and_is_not_supported_is_refused(
    change: dict[str, Any], words: str, tmp_path: Path
) -> None:
    path = tmp_path / "schema.json"
    path.write_text(json.dumps(VECTORS["cases"][0]["schema"] | change))
    with pytest.raises(P20WError, match=words):
        load_schema(path)


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"version": 3}'])
def test_a_file_that_is_no_schema_is_refused(text: str, tmp_path: Path) -> None:
    path = tmp_path / "schema.json"
    path.write_text(text)
    with pytest.raises(P20WError, match="not a linkage schema"):
        load_schema(path)
