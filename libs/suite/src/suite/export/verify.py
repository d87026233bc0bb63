"""Proves a package: who signed it, every byte, every line, their order, their number and what is missing."""

import json
from base64 import b64decode
from binascii import Error as NotBase64
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

import fastjsonschema
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from joserfc.jwk import OKPKey

from chassis.export.package import FORMAT, MANIFEST, SIGNATURE, SUMS, sums_of
from chassis.export.progress import Tally
from eldercare.export.v1.export_service_pb2 import Part

Json = Mapping[str, Any]


class Broken(Exception):
    """The first thing that is wrong, and where."""

    def __init__(self, path: str, why: str, line: int = 0) -> None:
        super().__init__(f"{path}{f', line {line}' if line else ''}: {why}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Proven:
    signer: str
    until: str
    lines: int
    files: int


def verify(folder: Path, *, trusted: Path | None = None) -> Proven:
    """Raises Broken. `trusted`: a set of public keys (JWKS) of which one must be the signer's."""
    text = _read(folder, MANIFEST)
    manifest = _parsed(text)
    _check_signature(folder, manifest, text, trusted)
    if _read(folder, SUMS) != sums_of(manifest, text).encode():
        raise Broken(SUMS, "does not say what the signed manifest says")
    _check_folder(folder, manifest)
    told = manifest["extension"]
    for schema in told["schemas"]:
        if sha256(_read(folder, schema["path"])).hexdigest() != schema["sha256"]:
            raise Broken(schema["path"], "these are not the bytes that were signed")
    lines = sum(_check_part(folder, manifest, part) for part in told["parts"])
    return Proven(
        signer=told["signer"]["kid"], until=manifest["transactionTime"], lines=lines, files=len(told["files"])
    )


def _read(folder: Path, path: str) -> bytes:
    try:
        return (folder / path).read_bytes()
    except OSError as missing:
        raise Broken(path, "is missing") from missing


def _parsed(text: bytes) -> Json:
    try:
        manifest: Json = json.loads(text)
        if manifest["extension"]["format"] != FORMAT:
            raise Broken(MANIFEST, f"is not {FORMAT}")
    except (ValueError, KeyError, TypeError) as unreadable:
        raise Broken(MANIFEST, "cannot be read") from unreadable
    return manifest


def _check_signature(folder: Path, manifest: Json, text: bytes, trusted: Path | None) -> None:
    signer = manifest["extension"]["signer"]
    try:
        key = OKPKey.import_key(dict(signer)).public_key
        if not isinstance(key, Ed25519PublicKey):
            raise Broken(MANIFEST, "names no Ed25519 key")
        key.verify(b64decode(_read(folder, SIGNATURE), validate=False), text)
    except (InvalidSignature, NotBase64, ValueError) as wrong:
        raise Broken(MANIFEST, "was not signed by the key it names") from wrong
    if trusted and signer["x"] not in {key.get("x") for key in json.loads(trusted.read_text())["keys"]}:
        raise Broken(MANIFEST, f"was signed by {signer['kid']}, which is not a trusted key")


def _check_folder(folder: Path, manifest: Json) -> None:
    told = manifest["extension"]
    known = {MANIFEST, SIGNATURE, SUMS} | {each["path"] for each in (*told["files"], *told["schemas"])}
    there = {str(path.relative_to(folder)) for path in folder.rglob("*") if not path.is_dir()}
    for path in sorted(known - there):
        raise Broken(path, "is missing")
    for path in sorted(there - known):
        raise Broken(path, "is not of this package")


def _check_part(folder: Path, manifest: Json, told: Json) -> int:
    """Returns how many lines it has."""
    part = Part(sorted_by=told["sortedBy"], time=told["time"])
    part.counted_in, part.counter = told.get("countedIn", ""), told.get("counter", "")
    lines = Lines(part, json.loads(_read(folder, told["schema"])), manifest["transactionTime"])
    for file in manifest["extension"]["files"]:
        if file["type"] == told["type"]:
            for number, line in _signed_lines(folder, file):
                lines.check(file["path"], number, line)
    for name, value in lines.tally.told(part).items():
        if told[name] != value:
            raise Broken(MANIFEST, f"says of {told['type']} {name} {told[name]}, and it is {value}")
    return lines.tally.count


class Lines:
    """The lines of one part, each against its schema and against the one before it."""

    def __init__(self, part: Part, schema: Json, until: str) -> None:
        self._part, self._until = part, until
        self._is_valid: Callable[[Any], Any] = fastjsonschema.compile(dict(schema))
        self.tally = Tally()

    def check(self, path: str, number: int, line: bytes) -> None:
        before = self.tally.last
        try:
            told = self._is_valid(json.loads(line))
            self.tally.see(self._part, told)
        except fastjsonschema.JsonSchemaException as wrong:
            raise Broken(path, f"is not as its schema says: {wrong}", number) from wrong
        except (ValueError, KeyError, TypeError) as unreadable:
            raise Broken(path, "is not a record in JSON", number) from unreadable
        if before and self.tally.last <= before:
            raise Broken(path, "is out of order, or there twice", number)
        if self._part.time and told[self._part.time] >= self._until:
            raise Broken(path, "is younger than the export", number)


def _signed_lines(folder: Path, file: Json) -> Iterator[tuple[int, bytes]]:
    """Lines of a file, block by block; a block is told only when it is what was signed."""
    size, number, whole = file["blockLines"], 0, sha256()
    with (folder / file["path"]).open("rb") as read:
        for expected in file["blocks"]:
            lines = [line for _, line in zip(range(size), read, strict=False)]
            yield from _block(file, lines, expected, number)
            number += len(lines)
            for line in lines:
                whole.update(line)
        if read.readline():
            raise Broken(file["path"], "goes on after its last signed line", number + 1)
    if whole.hexdigest() != file["sha256"] or number != file["count"]:
        raise Broken(file["path"], "these are not the bytes that were signed")


def _block(file: Json, lines: list[bytes], expected: str, before: int) -> Iterator[tuple[int, bytes]]:
    """Where the bytes are wrong a line that is no record is named; where all read well, the block is."""
    yield from enumerate(lines, start=before + 1)
    if sha256(b"".join(lines)).hexdigest() != expected:
        last = before + max(1, len(lines))
        raise Broken(file["path"], f"lines {before + 1} to {last} are not the bytes that were signed")
