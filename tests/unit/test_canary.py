"""The search for a planted person finds her wherever a release, an extract, a log or a store could hold her."""

import gzip
import sqlite3
import zipfile
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from tests.integration.canary import Canary, found_in_files
from warehouse.home import Home

CANARY = Canary()


def test_a_planted_word_is_found_in_every_kind_of_file(tmp_path: Path) -> None:
    home = Home(tmp_path).ensure()
    name = CANARY.last_name
    folder = home.extracts / "PROJECT" / "researcher"
    folder.mkdir(parents=True)
    table = pa.table({"who": [name, *(f"{number} others" for number in range(400))]})
    pq.write_table(table, folder / "PROJECT.parquet", compression="gzip", write_statistics=False)
    assert name.encode() not in (folder / "PROJECT.parquet").read_bytes()
    (folder / "memo.md").write_text(f"About {name.title()}.")
    (tmp_path / "packed.gz").write_bytes(gzip.compress(CANARY.ssn.encode()))
    with zipfile.ZipFile(tmp_path / "packed.xlsx", "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("sheet1.xml", f"<v>{name}</v>" * 20)
    with sqlite3.connect(tmp_path / "runs.db") as store:
        store.execute("create table event (body text)")
        store.execute("insert into event values (?)", [f'{{"message": "{name}"}}'])
    (tmp_path / "innocent.csv").write_text("people,120\n")
    assert set(found_in_files(home, CANARY.words)) == {
        *("extracts/PROJECT/researcher/PROJECT.parquet", "extracts/PROJECT/researcher/memo.md"),
        *("packed.gz", "packed.xlsx", "runs.db"),
    }
