"""The words of `eldercare export`."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

export = typer.Typer(invoke_without_command=True, help="A neutral, signed package of everything, or of a part.")


@export.callback()
def make(  # noqa: PLR0913 - what can be selected
    context: typer.Context,
    *,
    out: Annotated[Path | None, typer.Option(help="A new folder for the package.")] = None,
    everything: Annotated[bool, typer.Option("--all", help="All there is.")] = False,
    elder: Annotated[str, typer.Option(help="persons/…: what concerns this person.")] = "",
    device: Annotated[str, typer.Option(help="devices/…: what this device was and said.")] = "",
    vendor: Annotated[str, typer.Option(help="The same of all devices of a vendor.")] = "",
    region: Annotated[str, typer.Option(help="regions/…: only this region and those below it.")] = "",
    until: Annotated[datetime | None, typer.Option(help="Only what is older (UTC); else until now.")] = None,
    run_dir: Annotated[Path, typer.Option(envvar="ELDERCARE_RUN_DIR", help="Where the suite runs.")] = Path(".run"),
) -> None:
    """Exports what is selected into a folder that can be proven and read without us: docs/export.md."""
    if context.invoked_subcommand:
        return
    named = {"person": elder, "device": device, "vendor": vendor, "region": region}
    selection = {name: value for name, value in named.items() if value}
    if out is None or everything == bool(selection.keys() - {"region"}):
        raise typer.BadParameter("say --out, and one of --all, --elder, --device, --vendor")
    from suite.commands.export import run  # noqa: PLC0415

    raise typer.Exit(run(run_dir, out, selection, until.replace(tzinfo=UTC) if until else None))


@export.command("verify")
def verify(
    folder: Annotated[Path, typer.Argument(help="The package.")],
    trusted: Annotated[Path | None, typer.Option(help="Public keys (JWKS), of which one must be the signer's.")] = None,
) -> None:
    """Proves signature, sums, numbers, order and every line; exit 1 and the first thing that is wrong."""
    from suite.commands.export import prove  # noqa: PLC0415

    raise typer.Exit(prove(folder, trusted))
