"""The shared secret: reading it, deriving keys from it, and knowing that two sides used the same one without showing it.

A secret and what is derived from it never reach a message, a log, a table or a file, the check of a key excepted.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
from typing import TYPE_CHECKING

from warehouse.errors import P20WError

if TYPE_CHECKING:
    from pathlib import Path

    from linkage.encoded.schema import LinkageSchema

_FEWEST_CHARACTERS = 32
_METHODS = 2
_CHECK = b"p20w key check"
_TOKEN = b"p20w token "
_NOISE = b"p20w noise"


def new_secret(path: Path) -> None:
    """Write a random secret that only this account may read; an existing file is never replaced."""
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise P20WError(f"{path.name} exists already.", "Name another file: a lost secret is lost.") from None
    with os.fdopen(descriptor, "w", encoding="ascii") as stream:
        stream.write(secrets.token_hex(32) + "\n")


def read_secret(path: Path) -> bytes:
    """Read a secret from a file that only its owner can read."""
    try:
        mode = path.stat().st_mode
        secret = path.read_bytes().strip()
    except OSError:
        raise P20WError(
            f"The secret file {path.name} cannot be read.", "Name the file of the secret."
        ) from None
    if os.name == "posix" and mode & 0o077:
        raise P20WError(
            f"The secret file {path.name} can be read by other accounts.", f"Run `chmod 600 {path}` first."
        )
    if len(secret) < _FEWEST_CHARACTERS:
        raise P20WError(
            f"The secret in {path.name} is shorter than {_FEWEST_CHARACTERS} characters.",
            "Make one with `p20w link encode --new-secret FILE`.",
        )
    return secret


def feature_keys(schema: LinkageSchema, secret: bytes) -> list[tuple[bytes, ...]]:
    """Return the keys of each feature, ignored ones included, as clkhash derives them."""
    size = schema.key_size
    stream = _hkdf(schema, secret, schema.info or b"", len(schema.features) * _METHODS * size)
    keys = [stream[start : start + size] for start in range(0, len(stream), size)]
    return [tuple(keys[place : place + _METHODS]) for place in range(0, len(keys), _METHODS)]


def key_check(schema: LinkageSchema, secret: bytes) -> str:
    """Return what tells two secrets apart and leads back to neither."""
    return _hkdf(schema, secret, _CHECK, 8).hex()


def token_key(schema: LinkageSchema, secret: bytes, part: str) -> bytes:
    """Return the key of a part that is sent as one hash."""
    return _hkdf(schema, secret, _TOKEN + part.encode(), 32)


def noise_key(schema: LinkageSchema, secret: bytes) -> bytes:
    """Return the key of the random flips."""
    return _hkdf(schema, secret, _NOISE, 32)


def _hkdf(schema: LinkageSchema, secret: bytes, info: bytes, length: int) -> bytes:
    """HKDF of RFC 5869."""
    name = schema.hash_name
    size = hashlib.new(name).digest_size
    extracted = hmac.digest(schema.salt or b"\x00" * size, secret, name)
    found, block = b"", b""
    for count in range(1, -(-length // size) + 1):
        block = hmac.digest(extracted, block + info + bytes([count]), name)
        found += block
    return found[:length]
