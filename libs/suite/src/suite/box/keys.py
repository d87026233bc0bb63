"""Signing and seal keys of one box, made once and kept in its run folder; signing keys can be replaced."""

import json
import re
from collections.abc import Sequence
from pathlib import Path

from chassis.identity import generate_key, generate_keys
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


class KeyUnknown(Exception):
    """No such key here, or the one that signs."""


def rotate_key(folder: Path, service: str) -> str:
    """A new signing key of a service, trusted before it signs; the one before stays trusted. Returns its id.

    Processes read both files anew within a second: nobody signs in again, nothing restarts.
    """
    if not (folder / f"{service}.key").exists():
        raise KeyUnknown(f"{service} has no signing key in {folder}")
    trusted = _trusted(folder)
    numbers = [int(found[1]) for key in trusted if (found := re.fullmatch(rf"services/{service}#(\d+)", key["kid"]))]
    kid = f"services/{service}#{max(numbers, default=0) + 1}"
    key = generate_key(kid)
    _replace(folder / "trusted.json", json.dumps({"keys": [*trusted, key.as_dict(private=False)]}))
    _replace(folder / f"{service}.key", json.dumps(key.as_dict(private=True)))
    return kid


def retire_key(folder: Path, kid: str) -> None:
    """Trusted no more; what it signed is refused from now on. The key that signs cannot be retired."""
    trusted = _trusted(folder)
    service = kid.removeprefix("services/").partition("#")[0]
    own = folder / f"{service}.key"
    signs = own.exists() and json.loads(own.read_text())["kid"] == kid
    if signs or kid not in {key["kid"] for key in trusted}:
        raise KeyUnknown(f"{kid} signs now: rotate first" if signs else f"{kid} is not among the trusted keys")
    _replace(folder / "trusted.json", json.dumps({"keys": [key for key in trusted if key["kid"] != kid]}))


def _trusted(folder: Path) -> list[dict[str, str]]:
    found: list[dict[str, str]] = json.loads((folder / "trusted.json").read_text())["keys"]
    return found


def _replace(path: Path, text: str) -> None:
    """Whole or not at all: a process may be reading it."""
    fresh = path.with_suffix(".new")
    fresh.unlink(missing_ok=True)
    _write(fresh, text)
    fresh.replace(path)


def _write(path: Path, text: str) -> None:
    path.touch(mode=0o600)
    path.write_text(text)
