"""Encodings in memory and as files: what an agency sends in place of identifiers.

JSON in clkhash's form (`clks`, base64) with the agency's record numbers and what linking needs beside it, or Parquet with the
same. Files that clkhash itself wrote hold the encodings only and are read too.
"""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from warehouse.errors import P20WError

if TYPE_CHECKING:
    from pathlib import Path

    import numpy as np
    import pyarrow as pa
    from numpy.typing import NDArray

    from linkage.encoded.schema import LinkageSchema

_META = b"p20w_encodings"


@dataclass(frozen=True)
class Encodings:
    """Encoded records.

    Attributes:
        ids: the sender's number of each record.
        bits: packed bits, a row per record.
        known: by record, which features have a value, as bits in the order of the schema; None if nobody said.
        tokens: by part, a keyed hash of each record's value, or null.
        schema_digest: of the schema they were made with; None if nobody said.
        key_check: tells whether the other side used the same secret; None if nobody said.
        flip_share: share of bits flipped.
    """

    ids: pa.Array
    bits: NDArray[np.uint8]
    known: NDArray[np.int64] | None
    tokens: dict[str, pa.Array]
    schema_digest: str | None
    key_check: str | None
    flip_share: float = 0.0

    @property
    def count(self) -> int:
        """How many records there are."""
        return len(self.ids)

    def fits(self, schema: LinkageSchema, check: str) -> None:
        """Refuse encodings of another schema or secret: they would link nobody, silently.

        Raises:
            P20WError: The two sides did not encode alike.
        """
        if self.schema_digest is not None and self.schema_digest != schema.digest:
            raise P20WError(
                "The encodings were made with another linkage schema.",
                "Both sides need the same schema file.",
            )
        if self.key_check is not None and self.key_check != check:
            raise P20WError(
                "The encodings were made with another secret.", "Both sides need the same secret file."
            )
        if self.bits.shape[1] * 8 != schema.length:
            raise P20WError(
                f"The encodings have {self.bits.shape[1] * 8} bits, the schema asks for {schema.length}.",
                "Both sides need the same schema file.",
            )


def write_encodings(encodings: Encodings, path: Path) -> None:
    """Write encodings as Parquet (`.parquet`) or JSON."""
    meta = {
        "schema": encodings.schema_digest,
        "key_check": encodings.key_check,
        "flip_share": encodings.flip_share,
    }
    if path.suffix.lower() == ".parquet":
        _write_parquet(encodings, path, meta)
        return
    content: dict[str, Any] = {
        "clks": [base64.b64encode(row).decode() for row in encodings.bits],
        "record_ids": encodings.ids.to_pylist(),
        "p20w": meta,
    }
    if encodings.known is not None:
        content["known"] = encodings.known.tolist()
    content["tokens"] = {part: token.to_pylist() for part, token in encodings.tokens.items()}
    path.write_text(json.dumps(content), encoding="utf-8")


def _write_parquet(encodings: Encodings, path: Path, meta: dict[str, Any]) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    width = encodings.bits.shape[1]
    flat = pa.py_buffer(encodings.bits.tobytes())
    columns: dict[str, Any] = {
        "record_id": encodings.ids,
        "clk": pa.Array.from_buffers(pa.binary(width), encodings.count, [None, flat]),
    }
    if encodings.known is not None:
        columns["known"] = pa.array(encodings.known)
    columns |= {f"token_{part}": token for part, token in encodings.tokens.items()}
    pq.write_table(pa.table(columns).replace_schema_metadata({_META: json.dumps(meta)}), path)


def read_encodings(path: Path) -> Encodings:
    """Read a file of encodings, ours or clkhash's."""
    if not path.is_file():
        raise P20WError(
            f"There is no file {path.name}.", "Name a file that `p20w link encode` or clkhash wrote."
        )
    try:
        found = _read_parquet(path) if path.suffix.lower() == ".parquet" else _read_json(path)
    except P20WError:
        raise
    except Exception:
        raise P20WError(
            f"{path.name} is not a file of encodings.",
            "Name a file that `p20w link encode` or clkhash wrote.",
        ) from None
    _check(found, path)
    return found


def _check(found: Encodings, path: Path) -> None:
    import pyarrow.compute as pc

    sizes = {found.bits.shape[0], *(len(token) for token in found.tokens.values())}
    sizes |= {len(found.known)} if found.known is not None else set()
    if sizes != {found.count}:
        raise P20WError(f"{path.name} has columns of different lengths.", "Ask for the file again.")
    if found.ids.null_count or pc.count_distinct(found.ids).as_py() != found.count:
        raise P20WError(
            f"In {path.name} a record number is missing or given twice.", "Give each record one of its own."
        )


def _read_json(path: Path) -> Encodings:
    import numpy as np
    import pyarrow as pa

    content = json.loads(path.read_text(encoding="utf-8"))
    clks = content["clks"]
    raw = b"".join(base64.b64decode(clk, validate=True) for clk in clks)
    width = len(raw) // len(clks) if clks else 0
    if any(len(clk) != len(clks[0]) for clk in clks) or not clks:
        raise P20WError(f"{path.name} holds no encodings of one length.", "Ask for the file again.")
    meta = content.get("p20w", {})
    ids = content.get("record_ids") or list(range(1, len(clks) + 1))
    known = content.get("known")
    return Encodings(
        pa.array([str(value) if value is not None else None for value in ids], pa.string()),
        np.frombuffer(raw, np.uint8).reshape(len(clks), width),
        np.array(known, np.int64) if known is not None else None,
        {part: pa.array(token, pa.string()) for part, token in content.get("tokens", {}).items()},
        meta.get("schema"),
        meta.get("key_check"),
        float(meta.get("flip_share") or 0.0),
    )


def _read_parquet(path: Path) -> Encodings:
    import numpy as np
    import pyarrow as pa
    import pyarrow.parquet as pq

    table = pq.read_table(path)
    meta = json.loads((table.schema.metadata or {}).get(_META, b"{}"))
    clk = table["clk"].combine_chunks()
    width = clk.type.byte_width
    flat = np.frombuffer(clk.buffers()[1], np.uint8)[clk.offset * width :][: len(clk) * width]
    tokens = {
        name.removeprefix("token_"): table[name].combine_chunks().cast(pa.string())
        for name in table.column_names
        if name.startswith("token_")
    }
    return Encodings(
        table["record_id"].combine_chunks().cast(pa.string()),
        flat.reshape(len(clk), width),
        table["known"].to_numpy().astype(np.int64) if "known" in table.column_names else None,
        tokens,
        meta.get("schema"),
        meta.get("key_check"),
        float(meta.get("flip_share") or 0.0),
    )
