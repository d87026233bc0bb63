"""What makes files a package: schemas, a manifest with sums, a signature."""

import json
from base64 import b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from chassis.export.part import Wanted
from chassis.export.progress import FileProgress, Progress
from chassis.export.shape import moment
from chassis.identity import Identity
from eldercare.export.v1.export_service_pb2 import Part

FORMAT = "eldercare-export/1"
MANIFEST, SIGNATURE, SUMS = "manifest.json", "manifest.json.sig", "manifest-sha256.txt"
BLOCK_LINES = 1_000
_CHUNK = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """A part all of which is in files."""

    service: str
    part: Part
    progress: Progress


def seal_package(
    folder: Path, wanted: Wanted, written: Sequence[Written], left_out: Mapping[str, Sequence[str]], identity: Identity
) -> None:
    """Writes what is beside the lines. `left_out`: by service, the parts that have nothing to do with the selection."""
    schemas = [_write_schema(folder, each.part) for each in written]
    files = [_file(folder, each.part, file) for each in written for file in each.progress.files]
    selection = dict(sorted(wanted.selection.items()))
    manifest: dict[str, Any] = {
        "transactionTime": moment(wanted.until),
        "request": "export?" + "&".join(f"{name}={value}" for name, value in selection.items()),
        "requiresAccessToken": False,
        "output": [{"type": file["type"], "url": file["path"], "count": file["count"]} for file in files],
        "deleted": [],
        "error": [],
        "extension": {
            "format": FORMAT,
            "selection": selection,
            "signer": identity.public_key,
            "parts": [_part(each) for each in written],
            "leftOut": {service: list(nouns) for service, nouns in sorted(left_out.items()) if nouns},
            "files": files,
            "schemas": schemas,
        },
    }
    text = json.dumps(manifest, ensure_ascii=False, indent=1, sort_keys=True).encode() + b"\n"
    (folder / MANIFEST).write_bytes(text)
    (folder / SIGNATURE).write_bytes(b64encode(identity.sign(text)) + b"\n")
    (folder / SUMS).write_text(sums_of(manifest, text))


def sums_of(manifest: Mapping[str, Any], text: bytes) -> str:
    """As BagIt has it: a line a file, sum, two spaces, path; follows from the manifest alone."""
    sums = {each["path"]: each["sha256"] for each in _summed(manifest)}
    sums[MANIFEST] = sha256(text).hexdigest()
    return "".join(f"{sums[path]}  {path}\n" for path in sorted(sums))


def _summed(manifest: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return [*manifest["extension"]["files"], *manifest["extension"]["schemas"]]


def _part(written: Written) -> dict[str, Any]:
    part = written.part
    counted = {"countedIn": part.counted_in, "counter": part.counter} if part.counter else {}
    about = {
        "type": part.noun,
        "service": written.service,
        "sortedBy": list(part.sorted_by),
        "time": part.time,
        **counted,
    }
    return about | {"schema": schema_path(part.noun)} | written.progress.tally.told(part)


def schema_path(noun: str) -> str:
    return f"schemas/{noun}.schema.json"


def _write_schema(folder: Path, part: Part) -> dict[str, Any]:
    path = folder / schema_path(part.noun)
    path.parent.mkdir(parents=True, exist_ok=True)
    text = part.schema.encode()
    path.write_bytes(text)
    return {"path": schema_path(part.noun), "bytes": len(text), "sha256": sha256(text).hexdigest()}


def _file(folder: Path, part: Part, file: FileProgress) -> dict[str, Any]:
    whole, block, blocks, lines = sha256(), sha256(), list[str](), 0
    with (folder / file.path).open("rb", buffering=_CHUNK) as read:
        for line in read:
            whole.update(line)
            block.update(line)
            lines += 1
            if lines % BLOCK_LINES == 0:
                blocks.append(block.hexdigest())
                block = sha256()
    if lines % BLOCK_LINES:
        blocks.append(block.hexdigest())
    about: dict[str, Any] = {"path": file.path, "type": part.noun, "bytes": file.bytes, "count": file.count}
    return about | {"sha256": whole.hexdigest(), "blockLines": BLOCK_LINES, "blocks": blocks}
