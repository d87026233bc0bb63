"""Signing and seal keys of one box, made once and kept in its run folder."""

from collections.abc import Sequence
from pathlib import Path

from chassis.identity import generate_keys
from chassis.seal import Seals


def ensure_keys(folder: Path, services: Sequence[str]) -> None:
    """`<service>.key`, `<service>.seals` and `trusted.json`, readable by the owner alone."""
    if (folder / "trusted.json").exists():
        return
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o700)
    private, trusted = generate_keys(services)
    for service in services:
        _write(folder / f"{service}.key", private[service])
        _write(folder / f"{service}.seals", Seals.generate().dump())
    _write(folder / "trusted.json", trusted)


def _write(path: Path, text: str) -> None:
    path.touch(mode=0o600)
    path.write_text(text)
