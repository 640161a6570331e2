"""The linkage schema: which parts of a record go into its encoding, as which tokens, with how many bits.

A schema is clkhash's JSON (version 3), so that an agency may encode with clkhash itself; what of it is not supported is
refused. How tokens become bits is `clk`'s business, where the values come from `prepare`'s.
"""

from __future__ import annotations

import base64
import hashlib
import json
from dataclasses import dataclass
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from warehouse.errors import P20WError

if TYPE_CHECKING:
    from pathlib import Path

PREPARED = (
    "given", "family", "middle", "middle_initial", "birth_year", "birth_month", "birth_day", "birthdate", "sex", "zip", "zip3",
    "ssn",
)  # fmt: skip
"""Parts of a record that a schema may name, as `prepare` cleans them."""

_HASHES = ("blakeHash", "doubleHash")
_LONGEST = 65_536


@dataclass(frozen=True)
class Feature:
    """One part of a record and how it is hashed.

    Attributes:
        identifier: the part, or the name of an ignored column.
        ignored: it takes no part, but counts where keys are derived.
        n: letters per token; 0 takes the value as one token.
        positional: tokens carry their place.
        bits_per_token: insertions of each token; 0 if `bits_per_feature` says.
        bits_per_feature: insertions of all tokens together, so that a long name weighs like a short one.
        hash_type: blakeHash or doubleHash.
        prevent_singularity: of doubleHash: never one bit alone for a token.
    """

    identifier: str
    ignored: bool = False
    n: int = 2
    positional: bool = False
    bits_per_token: int = 0
    bits_per_feature: int = 0
    hash_type: str = "blakeHash"
    prevent_singularity: bool = False


@dataclass(frozen=True)
class LinkageSchema:
    """How records are encoded; both sides need the same one.

    Attributes:
        length: bits of an encoding.
        xor_folds: how often an encoding is folded upon itself.
        features: the parts, in order: the keys follow from it.
        hash_name, salt, info, key_size: of the derivation of keys.
        tokens: parts that are sent beside the encoding as one keyed hash each.
        flip_share: share of bits that the agency flips at random before it sends them.
    """

    length: int
    xor_folds: int
    features: tuple[Feature, ...]
    hash_name: str
    salt: bytes | None
    info: bytes | None
    key_size: int
    tokens: tuple[str, ...]
    flip_share: float
    digest: str

    @property
    def used(self) -> tuple[Feature, ...]:
        """Features that set bits."""
        return tuple(feature for feature in self.features if not feature.ignored)


def default_schema() -> LinkageSchema:
    """Return the schema that ships with the package: names, birth date and sex in the encoding, the SSN beside it."""
    return parse_schema(files("linkage").joinpath("encoded/schemas/person.json").read_text(encoding="utf-8"))


def load_schema(path: Path) -> LinkageSchema:
    """Read a schema file."""
    try:
        return parse_schema(path.read_text(encoding="utf-8"), path.name)
    except OSError:
        raise P20WError(f"The linkage schema {path.name} cannot be read.", "Name a JSON file.") from None


def parse_schema(text: str, name: str = "The linkage schema") -> LinkageSchema:
    """Read a schema; whatever it asks for that is not supported is an error, never ignored."""
    try:
        content = json.loads(text)
        found = _parse(content, name)
    except (ValueError, KeyError, TypeError, AttributeError):
        raise P20WError(
            f"{name} is not a linkage schema.", "It is clkhash's JSON of version 3; docs/pprl.md shows one."
        ) from None
    _check(found, name)
    return found


def _parse(content: dict[str, Any], name: str) -> LinkageSchema:
    if content["version"] != 3:
        raise P20WError(f"{name} is of version {content['version']}.", "Only version 3 is read.")
    config, kdf = content["clkConfig"], content["clkConfig"]["kdf"]
    if kdf["type"] != "HKDF" or kdf.get("hash", "SHA256") not in ("SHA256", "SHA512"):
        raise P20WError(f"{name} derives its keys in a way that is not supported.", "Use HKDF with SHA256.")
    own = content.get("p20w", {})
    if set(own) - {"tokens", "flipShare"}:
        raise P20WError(f"{name} has an unknown setting under p20w.", "Known are tokens and flipShare.")
    return LinkageSchema(
        int(config["l"]),
        int(config.get("xor_folds", 0)),
        tuple(_feature(entry, name) for entry in content["features"]),
        kdf.get("hash", "SHA256").lower(),
        base64.b64decode(kdf["salt"]) if "salt" in kdf else None,
        base64.b64decode(kdf["info"]) if "info" in kdf else None,
        int(kdf.get("keySize", 64)),
        tuple(own.get("tokens", ())),
        float(own.get("flipShare", 0.0)),
        hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()[:16],
    )


def _feature(entry: dict[str, Any], name: str) -> Feature:
    identifier = str(entry["identifier"])
    if entry.get("ignored"):
        return Feature(identifier, ignored=True)
    hashing = entry["hashing"]
    comparison, strategy = hashing["comparison"], hashing["strategy"]
    kind = hashing.get("hash", {"type": "blakeHash"})
    if comparison["type"] not in ("ngram", "exact") or kind["type"] not in _HASHES:
        raise P20WError(
            f"{name}: {identifier} is compared or hashed in a way that is not supported.",
            "Use ngram or exact with blakeHash or doubleHash.",
        )
    if "missingValue" in hashing:
        raise P20WError(
            f"{name}: {identifier} names a value for what is missing.",
            "Leave it out: missing values set no bit.",
        )
    return Feature(
        identifier,
        n=int(comparison["n"]) if comparison["type"] == "ngram" else 0,
        positional=bool(comparison.get("positional", False)),
        bits_per_token=int(strategy.get("bitsPerToken", 0)),
        bits_per_feature=int(strategy.get("bitsPerFeature", 0)),
        hash_type=kind["type"],
        prevent_singularity=bool(kind.get("prevent_singularity", False)),
    )


def _check(schema: LinkageSchema, name: str) -> None:
    long = schema.length << schema.xor_folds
    if schema.length % 64 or not 64 <= long <= _LONGEST or long & (long - 1):
        raise P20WError(
            f"{name} asks for {schema.length} bits.", "Use a power of two from 64 on; 1024 is usual."
        )
    unknown = [f.identifier for f in schema.used if f.identifier not in PREPARED]
    unknown += [token for token in schema.tokens if token not in PREPARED]
    if unknown or not schema.used:
        raise P20WError(
            f"{name} names the part {unknown[0]}." if unknown else f"{name} has no part that sets bits.",
            f"Known are {', '.join(PREPARED)}.",
        )
    if any(bool(f.bits_per_token) == bool(f.bits_per_feature) for f in schema.used):
        raise P20WError(f"{name}: a part has no number of bits.", "Give bitsPerToken or bitsPerFeature.")
    if not 0 <= schema.flip_share < 0.25:
        raise P20WError(f"{name}: flipShare is not below 0.25.", "More noise leaves nothing to link by.")
