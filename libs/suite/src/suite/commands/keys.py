"""`eldercare keys`: a service's signing key is replaced while everything runs."""

from pathlib import Path

import typer

from suite.box.keys import KeyUnknown, retire_key, rotate_key


def rotate(run_dir: Path, service: str) -> int:
    try:
        kid = rotate_key(run_dir / "keys", service)
    except (KeyUnknown, OSError) as unknown:
        typer.echo(str(unknown), err=True)
        return 1
    before = f"services/{service}#{int(kid.partition('#')[2]) - 1}"
    typer.echo(f"{kid} signs now; {before} stays trusted for what it signed.")
    typer.echo(f"After 15 minutes nothing of it is left: eldercare keys retire '{before}'")
    return 0


def retire(run_dir: Path, kid: str) -> int:
    try:
        retire_key(run_dir / "keys", kid)
    except (KeyUnknown, OSError) as unknown:
        typer.echo(str(unknown), err=True)
        return 1
    typer.echo(f"{kid} is trusted no more.")
    return 0
