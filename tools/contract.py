"""buf over images of the contract: `lint`, `breaking` (against an earlier revision) and `image FILE`."""

from __future__ import annotations

import subprocess
import sys
import sysconfig
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

from tools.paths import PROTOS, ROOT
from tools.protoc import ProtocFailed, compile_protos, proto_files
from tools.revisions import extract, reference_revision

BUF = Path(sysconfig.get_path("scripts")) / "buf"


def write_image(source: Path, image: Path) -> Path:
    """One self-contained file with comments, for buf and for the event pages."""
    image.parent.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory() as scratch:
        outputs = ["--include_imports", "--include_source_info", "-o", str(image)]
        compile_protos(proto_files(source), source, Path(scratch), *outputs)
    return image


def lint(root: Path, scratch: Path) -> int:
    image = write_image(root / PROTOS.name, scratch / "now.binpb")
    return _buf(root, "lint", str(image))


def breaking(root: Path, scratch: Path) -> int:
    reference = reference_revision(root, PROTOS.name)
    if reference is None:
        sys.stdout.write("buf breaking: no earlier revision has protos, nothing to compare with\n")
        return 0
    earlier = extract(root, reference, PROTOS.name, scratch)
    before = write_image(earlier, scratch / "before.binpb")
    now = write_image(root / PROTOS.name, scratch / "now.binpb")
    sys.stdout.write(f"buf breaking: against {reference[:12]}\n")
    return _buf(root, "breaking", str(now), "--against", str(before))


def _buf(root: Path, *arguments: str) -> int:
    sys.stdout.flush()
    config = root / PROTOS.name / "buf.yaml"
    return subprocess.run([str(BUF), *arguments, "--config", str(config)], cwd=root, check=False).returncode


CHECKS: dict[str, Callable[[Path, Path], int]] = {"lint": lint, "breaking": breaking}


def main(arguments: list[str]) -> int:
    try:
        if arguments[0] == "image":
            write_image(PROTOS, Path(arguments[1]))
            return 0
        with TemporaryDirectory() as scratch:
            return CHECKS[arguments[0]](ROOT, Path(scratch))
    except ProtocFailed as refusal:
        sys.stderr.write(f"{refusal}\n")
        return 1


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
