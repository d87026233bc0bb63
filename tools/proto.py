"""Generates libs/contracts/src from protos/, or with --check says what is stale."""

from __future__ import annotations

import re
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from tools.paths import CONTRACTS, PROTOS, ROOT
from tools.protoc import VALIDATE, ProtocFailed, compile_protos, proto_files

GENERATED_SUFFIXES = ("_pb2.py", "_pb2.pyi", "_pb2_grpc.py", "_pb2_grpc.pyi")
SERVICE = re.compile(r"^service\s+\w+", re.MULTILINE)


def generate(source: Path, target: Path) -> None:
    """Messages load without grpc: stubs are written only for files that declare a service."""
    files = proto_files(source)
    with TemporaryDirectory() as scratch:
        messages = [f"--python_out={target}", f"--mypy_out=quiet:{target}"]
        compile_protos([*files, VALIDATE], source, Path(scratch), *messages)
        services = [name for name in files if SERVICE.search((source / name).read_text("utf-8"))]
        if services:
            stubs = [f"--grpc_python_out={target}", f"--mypy_grpc_out=quiet:{target}"]
            compile_protos(services, source, Path(scratch), *stubs)


def generated_under(folder: Path) -> Iterator[Path]:
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path.name.endswith(GENERATED_SUFFIXES):
            yield path.relative_to(folder)


def differences(fresh: Path, committed: Path) -> list[str]:
    wanted, present = set(generated_under(fresh)), set(generated_under(committed))
    lines = [f"missing   {path}" for path in sorted(wanted - present)]
    lines += [f"left over {path}" for path in sorted(present - wanted)]
    changed = (path for path in sorted(wanted & present) if _differs(fresh / path, committed / path))
    return lines + [f"differs   {path}" for path in changed]


def _differs(left: Path, right: Path) -> bool:
    return left.read_bytes() != right.read_bytes()


def replace(fresh: Path, committed: Path) -> None:
    for path in set(generated_under(committed)) - set(generated_under(fresh)):
        (committed / path).unlink()
    for path in generated_under(fresh):
        (committed / path).parent.mkdir(parents=True, exist_ok=True)
        if not (committed / path).exists() or _differs(fresh / path, committed / path):
            shutil.copyfile(fresh / path, committed / path)


def main(arguments: list[str]) -> int:
    with TemporaryDirectory() as folder:
        fresh = Path(folder)
        try:
            generate(PROTOS, fresh)
        except ProtocFailed as refusal:
            sys.stderr.write(f"{refusal}\n")
            return 1
        changes = differences(fresh, CONTRACTS)
        if "--check" in arguments:
            return _report(changes)
        replace(fresh, CONTRACTS)
    sys.stdout.write("\n".join([*changes, f"{len(changes)} generated file(s) changed"]) + "\n")
    return 0


def _report(changes: list[str]) -> int:
    if not changes:
        return 0
    place = CONTRACTS.relative_to(ROOT)
    sys.stderr.write("\n".join([f"{place} is stale; run `make proto` and commit:", *changes]) + "\n")
    return 1


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
