"""Seals: AES-256-GCM with a key id and the row as associated data; blind indexes by HMAC-SHA-256."""

import hmac
import json
import os
from base64 import b64decode, b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_NONCE = 12
_KEY_ID = 4


class Unsealable(Exception):
    """The sealed bytes do not belong here, were altered, or their key is gone."""


@dataclass(frozen=True, slots=True)
class Seals:
    """Keys of one service by id; new seals use `current`, old ones open as long as their key is kept."""

    keys: Mapping[str, bytes]
    current: str
    index_key: bytes

    @classmethod
    def generate(cls) -> "Seals":
        key_id = os.urandom(_KEY_ID // 2).hex()
        return cls({key_id: os.urandom(32)}, key_id, os.urandom(32))

    @classmethod
    def load(cls, path: Path) -> "Seals":
        """Reads `{"current": id, "keys": {id: base64}, "index": base64}`."""
        row = json.loads(path.read_text())
        return cls({k: b64decode(v) for k, v in row["keys"].items()}, row["current"], b64decode(row["index"]))

    def dump(self) -> str:
        keys = {key_id: b64encode(key).decode() for key_id, key in self.keys.items()}
        return json.dumps({"current": self.current, "keys": keys, "index": b64encode(self.index_key).decode()})

    def seal(self, plain: bytes, *, place: str) -> bytes:
        """Key id, nonce, ciphertext. `place` names table, column and row; it must be the same to open."""
        return self.current.encode() + encrypt(self.keys[self.current], plain, place)

    def open(self, sealed: bytes, *, place: str) -> bytes:
        """The plain bytes; raises Unsealable."""
        key = self.keys.get(sealed[:_KEY_ID].decode("ascii", "replace"))
        if key is None:
            raise Unsealable(place)
        return decrypt(key, sealed[_KEY_ID:], place)

    def blind(self, value: bytes, *, field: str) -> bytes:
        """An index over a sealed value: equal values, equal index; nothing else can be read from it."""
        return hmac.digest(self.index_key, field.encode() + b"\0" + value, "sha256")


def encrypt(key: bytes, plain: bytes, place: str) -> bytes:
    nonce = os.urandom(_NONCE)
    return nonce + AESGCM(key).encrypt(nonce, plain, place.encode())


def decrypt(key: bytes, sealed: bytes, place: str) -> bytes:
    try:
        return AESGCM(key).decrypt(sealed[:_NONCE], sealed[_NONCE:], place.encode())
    except (InvalidTag, ValueError) as altered:
        raise Unsealable(place) from altered
