"""Encoding records under a secret: the agency's side, and the state's own population under the same secret.

Needs no warehouse. What the parts are is `prepare`'s business, how they become bits `clk`'s.
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from typing import TYPE_CHECKING

from linkage.encoded.clk import FeatureFilters, combine, feature_filters, flip
from linkage.encoded.files import Encodings
from linkage.encoded.keys import key_check, token_key
from linkage.encoded.prepare import prepare, prepare_population

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa
    from numpy.typing import NDArray

    from linkage.encoded.schema import LinkageSchema


def encode_records(records: pa.Table, schema: LinkageSchema, secret: bytes) -> Encodings:
    """Encode person records as an agency sends them: one encoding per record, noise as the schema asks."""
    parts = prepare(records)
    filters = feature_filters(_with_ignored(parts, schema), schema, secret)
    return Encodings(
        parts["record_id"].combine_chunks(),
        flip(combine(filters, schema), schema, secret),
        known_features(filters, schema),
        {part: hash_tokens(parts[part], token_key(schema, secret, part)) for part in schema.tokens},
        schema.digest,
        key_check(schema, secret),
        schema.flip_share,
    )


@dataclass(frozen=True)
class Population:
    """Every description of the standing population, encoded; never sent anywhere, so without noise.

    Attributes:
        record_ids: by description, the record that it comes from.
        persons: by description, whose it is.
        filters: the filters of each feature: an encoding of any of them can be put together.
        tokens: by part, a keyed hash.
    """

    record_ids: pa.Array
    persons: pa.Array
    filters: dict[str, FeatureFilters]
    tokens: dict[str, pa.Array]

    def encoded(self, schema: LinkageSchema, known: int | None) -> NDArray[np.uint8]:
        """Encode all descriptions, by those features only that a sender's record has."""
        if known is None:
            return combine(self.filters, schema)
        names = [feature.identifier for feature in schema.used]
        return combine(
            self.filters, schema, frozenset(name for place, name in enumerate(names) if known >> place & 1)
        )


def encode_population(
    records: pa.Table, persons: pa.Table, schema: LinkageSchema, secret: bytes
) -> Population:
    """Encode the standing population under the agency's schema and secret.

    Args:
        records: Person records of the state.
        persons: record_id, person.
        schema: The agency's.
        secret: The agency's.
    """
    parts = prepare_population(records, persons)
    return Population(
        parts["record_id"].combine_chunks(),
        parts["person"].combine_chunks(),
        feature_filters(_with_ignored(parts, schema), schema, secret),
        {part: hash_tokens(parts[part], token_key(schema, secret, part)) for part in schema.tokens},
    )


def known_features(filters: dict[str, FeatureFilters], schema: LinkageSchema) -> NDArray[np.int64]:
    """By record, which features have a value, as bits in the order of the schema."""
    import numpy as np

    found = np.zeros(len(next(iter(filters.values())).value_of), np.int64)
    for place, feature in enumerate(schema.used):
        found |= filters[feature.identifier].known.astype(np.int64) << place
    return found


def hash_tokens(column: pa.ChunkedArray, key: bytes) -> pa.Array:
    """Hash each distinct value with the key; what is not known stays so."""
    import pyarrow as pa
    import pyarrow.compute as pc

    coded = column.combine_chunks().cast(pa.string()).dictionary_encode()
    hashed = [hmac.digest(key, value.encode(), "sha256")[:16].hex() for value in coded.dictionary.to_pylist()]
    return pc.take(pa.array(hashed, pa.string()), coded.indices)


def _with_ignored(parts: pa.Table, schema: LinkageSchema) -> pa.Table:
    return parts.select([feature.identifier for feature in schema.used])
