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
CONFIG = PROTOS / "buf.yaml"


def write_image(source: Path, image: Path) -> Path:
    """One self-contained file with comments, for buf and for the event pages."""
    image.parent.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory() as scratch:
        outputs = ["--include_imports", "--include_source_info", "-o", str(image)]
        compile_protos(proto_files(source), source, Path(scratch), *outputs)
    return image


def lint(scratch: Path) -> int:
    image = write_image(PROTOS, scratch / "now.binpb")
    return _buf("lint", str(image), "--config", str(CONFIG))


def breaking(scratch: Path) -> int:
    reference = reference_revision(ROOT, PROTOS.name)
    if reference is None:
        sys.stdout.write("buf breaking: no earlier revision has protos, nothing to compare with\n")
        return 0
    earlier = extract(ROOT, reference, PROTOS.name, scratch)
    before = write_image(earlier, scratch / "before.binpb")
    now = write_image(PROTOS, scratch / "now.binpb")
    sys.stdout.write(f"buf breaking: against {reference[:12]}\n")
    return _buf("breaking", str(now), "--against", str(before), "--config", str(CONFIG))


def _buf(*arguments: str) -> int:
    return subprocess.run([str(BUF), *arguments], cwd=ROOT, check=False).returncode


CHECKS: dict[str, Callable[[Path], int]] = {"lint": lint, "breaking": breaking}


def main(arguments: list[str]) -> int:
    try:
        if arguments[0] == "image":
            write_image(PROTOS, Path(arguments[1]))
            return 0
        with TemporaryDirectory() as scratch:
            return CHECKS[arguments[0]](Path(scratch))
    except ProtocFailed as refusal:
        sys.stderr.write(f"{refusal}\n")
        return 1


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
