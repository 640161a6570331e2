"""Cryptographic long-term keys: prepared parts of records into keyed Bloom filters, bit for bit as clkhash makes them.

Each distinct token is hashed once and each distinct value built once, so that a million records cost little more than their
names. Schnell, Bachteler, Reiher (2011) for the scheme; which parts and how many bits is the schema's business.
"""

from __future__ import annotations

import hashlib
import hmac
from typing import TYPE_CHECKING, Any

from linkage.encoded.keys import feature_keys, noise_key
from linkage.engine import open_database

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa
    from numpy.typing import NDArray

    from linkage.encoded.schema import Feature, LinkageSchema

    Bits = NDArray[np.uint8]

# Values whose filters are made at a time; each takes an eighth of its length in bytes per token.
_VALUES_AT_ONCE = 20_000


class FeatureFilters:
    """The filters of every distinct value of one feature, and which value each record has."""

    def __init__(
        self, column: pa.ChunkedArray, feature: Feature, keys: tuple[bytes, ...], length: int
    ) -> None:
        import numpy as np
        import pyarrow as pa
        import pyarrow.compute as pc

        text = pc.cast(column, pa.string())
        known = pc.if_else(pc.equal(text, ""), None, text)
        coded = pc.dictionary_encode(known)
        chunks = coded.combine_chunks() if isinstance(coded, pa.ChunkedArray) else coded
        #: By record, the place of its value; -1 where it is not known.
        self.value_of: NDArray[np.int64] = pc.fill_null(chunks.indices.cast(pa.int64()), -1).to_numpy(
            zero_copy_only=False
        )
        values = chunks.dictionary.cast(pa.string())
        #: By value, its filter.
        self.filters: Bits = np.zeros((len(values), length // 8), np.uint8)
        for start in range(0, len(values), _VALUES_AT_ONCE):
            part = values.slice(start, _VALUES_AT_ONCE)
            self.filters[start : start + len(part)] = _value_filters(part, feature, keys, length)

    @property
    def known(self) -> NDArray[np.bool_]:
        """Whether each record has a value."""
        return self.value_of >= 0

    def add_to(self, bits: Bits) -> None:
        """Set the bits of each record's value."""
        rows = self.known.nonzero()[0]
        bits[rows] |= self.filters[self.value_of[rows]]


def feature_filters(parts: pa.Table, schema: LinkageSchema, secret: bytes) -> dict[str, FeatureFilters]:
    """Make the filters of every feature of the schema, by identifier."""
    length = schema.length << schema.xor_folds
    return {
        feature.identifier: FeatureFilters(parts[feature.identifier], feature, keys, length)
        for feature, keys in zip(schema.features, feature_keys(schema, secret), strict=True)
        if not feature.ignored
    }


def combine(
    filters: dict[str, FeatureFilters], schema: LinkageSchema, features: frozenset[str] | None = None
) -> Bits:
    """Return one encoding per record out of the features named, or of all.

    Returns:
        Packed bits, one row per record, the first bit of an encoding being the highest of its first byte.
    """
    import numpy as np

    used = [found for name, found in filters.items() if features is None or name in features]
    rows = len(next(iter(filters.values())).value_of)
    bits = np.zeros((rows, (schema.length << schema.xor_folds) // 8), np.uint8)
    for found in used:
        found.add_to(bits)
    for _ in range(schema.xor_folds):
        half = bits.shape[1] // 2
        bits = bits[:, :half] ^ bits[:, half:]
    return bits


def flip(bits: Bits, schema: LinkageSchema, secret: bytes) -> Bits:
    """Flip a share of all bits, each record's always the same ones: asking twice must not average the noise away."""
    import numpy as np

    if not schema.flip_share:
        return bits
    key, length = noise_key(schema, secret), schema.length
    limit = int(schema.flip_share * 65_536)
    distinct, place = np.unique(bits, axis=0, return_inverse=True)
    # One keyed stream per distinct encoding: numbers drawn any other way could be foretold or would change.
    streams = b"".join(hashlib.shake_256(key + row.tobytes()).digest(2 * length) for row in distinct)
    noise = np.frombuffer(streams, np.uint16).reshape(len(distinct), length) < limit
    return (distinct ^ np.packbits(noise, axis=1))[place.reshape(-1)]


def _value_filters(values: pa.Array, feature: Feature, keys: tuple[bytes, ...], length: int) -> Bits:
    import numpy as np

    value_of, token_of, tokens, insertions = _tokens(values, feature)
    most = int(insertions.max(initial=0))
    places = np.zeros((len(tokens), max(most, 1)), np.int64)
    for row, token in enumerate(tokens):
        places[row] = _places(token.encode(), max(most, 1), feature, keys, length)
    found = np.zeros((len(values), length), np.bool_)
    for insertion in range(most):
        chosen = insertions > insertion
        found[value_of[chosen], places[token_of[chosen], insertion]] = True
    return np.packbits(found, axis=1)


def _tokens(
    values: pa.Array, feature: Feature
) -> tuple[NDArray[np.int64], NDArray[np.int64], list[str], NDArray[np.int64]]:
    """Return, by occurrence of a token: its value, its token, and how often it is inserted; and the distinct tokens."""
    import numpy as np
    import pyarrow as pa

    connection = open_database(threads=1)
    try:
        connection.register(
            "given", pa.table({"value": pa.array(np.arange(len(values))), "text": values.cast(pa.string())})
        )
        rows = connection.execute(_token_sql(feature)).to_arrow_table()
    finally:
        connection.close()
    coded: Any = rows["token"].combine_chunks().dictionary_encode()
    value_of = rows["value"].to_numpy().astype(np.int64)
    place, count = rows["place"].to_numpy(), rows["tokens"].to_numpy()
    if feature.bits_per_feature:
        insertions = feature.bits_per_feature // count + (place <= feature.bits_per_feature % count)
    else:
        insertions = np.full(len(place), feature.bits_per_token)
    return (
        value_of,
        coded.indices.to_numpy().astype(np.int64),
        coded.dictionary.to_pylist(),
        insertions.astype(np.int64),
    )


def _token_sql(feature: Feature) -> str:
    if feature.n == 0:
        return "select value, text as token, 1::bigint as place, 1::bigint as tokens from given"
    pad = "' '" if feature.n == 1 else f"'{' ' * (feature.n - 1)}'"
    padded = "text" if feature.n == 1 else f"{pad} || text || {pad}"
    mark = "place || ' ' || " if feature.positional else ""
    return f"""
    with padded as (select value, {padded} as padded from given),
    placed as (
        select value, padded, unnest(range(1, length(padded) - {feature.n} + 2)) as place,
            length(padded) - {feature.n} + 1 as tokens from padded
    )
    select value, {mark}substr(padded, place, {feature.n}) as token, place, tokens from placed where tokens > 0
    """


def _places(token: bytes, count: int, feature: Feature, keys: tuple[bytes, ...], length: int) -> Any:
    """The bits that a token sets, in the order in which they are inserted."""
    import numpy as np

    if feature.hash_type == "blakeHash":
        digests = b"".join(
            hashlib.blake2b(token, key=keys[0], salt=str(block).encode()).digest()
            for block in range(-(-count // 32))
        )
        return np.frombuffer(digests, "<u2")[:count].astype(np.int64) % length
    first = int.from_bytes(hmac.digest(keys[0], token, "sha1"), "big") % length
    second = int.from_bytes(hmac.digest(keys[1], token, "md5"), "big") % length
    tried = 0
    while feature.prevent_singularity and second == 0:
        second = int.from_bytes(hmac.digest(keys[1], token + chr(tried).encode(), "md5"), "big") % length
        tried += 1
    return (first + np.arange(count) * second) % length
