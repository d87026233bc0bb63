"""The release before this one: its sources from the repository's history, run by the same interpreter."""

import subprocess
import tarfile
import tomllib
from collections.abc import Iterator, Mapping
from io import BytesIO
from pathlib import Path

ROOT = Path(__file__).parents[2]


class NoEarlier(Exception):
    """A shallow clone, a first commit, or no repository at all: there is nothing to run beside this one."""


def unpack_earlier(folder: Path) -> str:
    """Writes the sources of the commit before these into `folder`; returns its name. Raises NoEarlier."""
    changed = _git("status", "--porcelain", "--", "libs", "services").strip()
    commit = "HEAD" if changed else "HEAD~1"
    name = _git("rev-parse", "--verify", "--quiet", f"{commit}^{{commit}}").decode().strip()
    with tarfile.open(fileobj=BytesIO(_git("archive", name, "libs", "services"))) as archive:
        archive.extractall(folder, filter="data")
    for project in _projects(folder):
        _name_entry_points(project)
    return name


def earlier_environment(folder: Path) -> Mapping[str, str]:
    """Its sources and its entry points come before those that are installed."""
    return {"PYTHONPATH": ":".join(str(project / "src") for project in _projects(folder))}


def _projects(folder: Path) -> Iterator[Path]:
    yield from (each.parent for each in sorted(folder.glob("*/*/pyproject.toml")))


def _name_entry_points(project: Path) -> None:
    """What its installation would have said: a distribution found earlier hides the one of the same name."""
    told = tomllib.loads((project / "pyproject.toml").read_text())["project"]
    info = project / "src" / f"{told['name'].replace('-', '_')}-0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {told['name']}\nVersion: 0\n")
    groups = told.get("entry-points", {}).items()
    lines = [line for group, points in groups for line in (f"[{group}]", *(f"{n} = {v}" for n, v in points.items()))]
    (info / "entry_points.txt").write_text("\n".join(lines))


def _git(*arguments: str) -> bytes:
    try:
        ran = subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, check=True)
    except (OSError, subprocess.CalledProcessError) as missing:
        raise NoEarlier("there is no earlier commit here: a shallow clone, or no repository") from missing
    return ran.stdout
