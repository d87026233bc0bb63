"""Runs protoc offline: imports come from wheels that are already installed."""

from __future__ import annotations

import sys
import sysconfig
from importlib import resources
from pathlib import Path
from typing import Any

import google.rpc
from google.protobuf.descriptor_pb2 import FileDescriptorSet
from grpc_tools import protoc
from protovalidate._gen.buf.validate import validate_pb

VALIDATE = "buf/validate/validate.proto"


class ProtocFailed(Exception):
    """protoc has already printed the reason."""


def validate_set() -> FileDescriptorSet:
    """The rules' own contract; no registry carries its text, so it is read back from protovalidate's wheel."""
    files: dict[str, bytes] = {}
    _collect(validate_pb._DESC, files)  # noqa: SLF001 - the wheel has no public way to it
    found = FileDescriptorSet()
    for name in sorted(files):
        found.file.add().ParseFromString(files[name])
    return found


def _collect(description: Any, files: dict[str, bytes]) -> None:
    for dependency in description.dependencies:
        _collect(dependency, files)
    files[description.proto.name] = description.proto.to_binary()


def compile_protos(files: list[str], source: Path, scratch: Path, *outputs: str) -> None:
    known = scratch / "validate.binpb"
    if not known.exists():
        known.write_bytes(validate_set().SerializeToString(deterministic=True))
    arguments = ["protoc", f"--descriptor_set_in={known}", *_include_paths(source), *_plugins(), *outputs, *files]
    if protoc.main(arguments) != 0:
        raise ProtocFailed(f"protoc refused {len(files)} file(s) under {source}")


def _include_paths(source: Path) -> list[str]:
    google_protobuf = resources.files("grpc_tools") / "_proto"
    googleapis = Path(next(iter(google.rpc.__path__))).parent.parent
    return [f"-I{source}", f"-I{google_protobuf}", f"-I{googleapis}"]


def _plugins() -> list[str]:
    scripts = Path(sysconfig.get_path("scripts"))
    suffix = ".exe" if sys.platform == "win32" else ""
    return [f"--plugin={name}={scripts / name}{suffix}" for name in ("protoc-gen-mypy", "protoc-gen-mypy_grpc")]


def proto_files(source: Path) -> list[str]:
    return sorted(path.relative_to(source).as_posix() for path in source.rglob("*.proto"))
