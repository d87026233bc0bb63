"""`eldercare`: the small box and its tools. Commands are one file each; nothing heavy loads before it is needed."""

import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from suite.commands.export_options import export

app = typer.Typer(no_args_is_help=True, add_completion=False, help="Community elder care: the suite on one machine.")
RunDir = Annotated[Path, typer.Option("--run-dir", envvar="ELDERCARE_RUN_DIR", help="Where servers and logs live.")]
RUN_DIR = Path(".run")
_HOSTS = {"core": "chassis.serve_core", "events": "chassis.serve_events"}
_ALONE = {"device.ingress": "device_service.entrypoints.ingress", "gateway": "gateway_service"}


@app.command()
def serve(
    what: Annotated[list[str], typer.Argument(help="order.core payment.core, or order.events …, or gateway")],
) -> None:
    """Runs processes of one runtime in this process, by exec: nothing of this command stays loaded."""
    if len(what) == 1 and what[0] in _ALONE:
        os.execv(sys.executable, [sys.executable, "-m", _ALONE[what[0]]])  # noqa: S606 - our own module
    runtimes = {name.rpartition(".")[2] for name in what}
    if len(runtimes) != 1 or not runtimes <= _HOSTS.keys():
        raise typer.BadParameter("one process hosts one runtime: only *.core, only *.events, device.ingress or gateway")
    services = [name.rpartition(".")[0] for name in what]
    module = _HOSTS[runtimes.pop()]
    os.execv(sys.executable, [sys.executable, "-m", module, *services])  # noqa: S606 - our own module


@app.command()
def up(run_dir: RunDir = RUN_DIR) -> None:
    """Starts everything, seeds a made-up community, plays the story once and stays up until Ctrl-C."""
    from suite.commands.up import run  # noqa: PLC0415

    raise typer.Exit(run(run_dir))


@app.command()
def demo(
    run_dir: RunDir = RUN_DIR,
    json: Annotated[bool, typer.Option("--json", help="End with one JSON object on the last line.")] = False,
) -> None:
    """Plays the story on the running suite, or on one of its own; exit 0 only if every step happened."""
    from suite.commands.demo import run  # noqa: PLC0415

    raise typer.Exit(run(run_dir, as_json=json))


@app.command()
def down(run_dir: RunDir = RUN_DIR) -> None:
    """Ends the suite of this folder and whatever a crash left of it."""
    from suite.commands.down import run  # noqa: PLC0415

    raise typer.Exit(run(run_dir))


@app.command()
def provision(
    *,
    out: Annotated[Path, typer.Option(help="Where the folders go: a volume, or what secrets are made from.")],
    vhost: Annotated[str, typer.Option(help="The broker's virtual host.")] = "eldercare",
    postgres: Annotated[str, typer.Option(help="host:port as processes see it, where it differs from here.")] = "",
    amqp: Annotated[str, typer.Option(help="The same of the broker.")] = "",
    redis: Annotated[str, typer.Option(help="The same of Redis.")] = "",
    at: Annotated[
        list[str] | None,
        typer.Option(
            help="What this command finds where, later: rpc=, watch=, web=, or core=http://host:port to probe."
        ),
    ] = None,
) -> None:
    """Databases, broker users and keys on servers of your own, as files a service: for containers and clusters."""
    from suite.box.handout import Names  # noqa: PLC0415
    from suite.commands.provision import run  # noqa: PLC0415

    names, places = (
        Names(postgres=postgres, amqp=amqp, redis=redis),
        dict(each.partition("=")[::2] for each in at or []),
    )
    if not all(places.values()):
        raise typer.BadParameter("say it as name=address", param_hint="--at")
    raise typer.Exit(run(out.resolve(), names, places, vhost=vhost))


@app.command("seed")
def seed_community(run_dir: RunDir = RUN_DIR) -> None:
    """Registers the made-up community on a suite that runs elsewhere; what is there already stays."""
    from suite.commands.attach import attached  # noqa: PLC0415
    from suite.seed import seed  # noqa: PLC0415

    with attached(run_dir) as (box, _):
        seed(box)


@app.command()
def audit(
    run_dir: RunDir = RUN_DIR, json: Annotated[bool, typer.Option("--json", help="As one JSON object.")] = False
) -> None:
    """Counts, and every breach of what must never break; exit 1 on a breach."""
    from suite.commands.audit import run  # noqa: PLC0415

    raise typer.Exit(run(run_dir, as_json=json))


@app.command()
def status(
    run_dir: RunDir = RUN_DIR, json: Annotated[bool, typer.Option("--json", help="As one JSON object.")] = False
) -> None:
    """Each process, queue and store at a glance; exit 1 when somebody should look."""
    from suite.commands.status import run  # noqa: PLC0415

    raise typer.Exit(run(run_dir, as_json=json))


@app.command()
def explain(
    name: Annotated[str, typer.Argument(help="alarms/…, incidents/…, orders/…, or a number said on the phone")],
    run_dir: RunDir = RUN_DIR,
) -> None:
    """Who was told, by which channel, when, what each said, which rule decided, every fen."""
    from suite.commands.explain import run  # noqa: PLC0415

    raise typer.Exit(run(run_dir, name))


@app.command()
def load(
    alarms: Annotated[int, typer.Option(help="How many presses.")] = 100,
    rate: Annotated[float, typer.Option(help="Presses a second.")] = 10.0,
    seed: Annotated[int, typer.Option(help="The same seed, the same community.")] = 1,
    run_dir: RunDir = RUN_DIR,
) -> None:
    """Drives a made-up community of any size through real sockets and rpc."""
    from suite.commands.load import run  # noqa: PLC0415

    raise typer.Exit(run(run_dir, alarms=alarms, rate=rate, seed=seed))


@app.command()
def code(
    phone: Annotated[str, typer.Argument(help="With its country: +8613900000000")], run_dir: RunDir = RUN_DIR
) -> None:
    """The sign-in code that phone got last, on a box without real SMS; refused where SMS is real."""
    from suite.commands.code import run  # noqa: PLC0415

    raise typer.Exit(run(run_dir, phone))


app.add_typer(export, name="export")
events = typer.Typer(no_args_is_help=True, help="Facts between services.")
app.add_typer(events, name="events")


@events.command("resend")
def events_resend(
    noun: Annotated[str, typer.Argument(help="persons, providers or regions")], run_dir: RunDir = RUN_DIR
) -> None:
    """A producer tells its present state again, for consumers that must rebuild their copy."""
    from suite.commands.resend import run  # noqa: PLC0415

    raise typer.Exit(run(run_dir, noun))


@events.command("retell")
def events_retell(minutes: Annotated[int, typer.Option(help="How far back.")] = 15, run_dir: RunDir = RUN_DIR) -> None:
    """Facts of the last minutes leave their services once more, after a broker or a backup lost them."""
    from suite.commands.retell import run  # noqa: PLC0415

    raise typer.Exit(run(run_dir, minutes))


parked = typer.Typer(no_args_is_help=True, help="Facts that could not be handled or sent, and wait for a person.")
app.add_typer(parked, name="parked")


@parked.command("list")
def parked_list(run_dir: RunDir = RUN_DIR) -> None:
    """Everything that is set aside or parked, by service."""
    from suite.commands.parked import show_all  # noqa: PLC0415

    raise typer.Exit(show_all(run_dir))


@parked.command("show")
def parked_show(item: Annotated[str, typer.Argument(help="order/in/12, as listed")], run_dir: RunDir = RUN_DIR) -> None:
    """One item with its headers and error."""
    from suite.commands.parked import show  # noqa: PLC0415

    raise typer.Exit(show(run_dir, item))


@parked.command("replay")
def parked_replay(
    item: Annotated[str, typer.Argument(help="order/in/12, as listed")], run_dir: RunDir = RUN_DIR
) -> None:
    """Tries an item again now."""
    from suite.commands.parked import replay  # noqa: PLC0415

    raise typer.Exit(replay(run_dir, item))


@parked.command("drop")
def parked_drop(
    item: Annotated[str, typer.Argument(help="order/in/12, as listed")],
    reason: Annotated[str, typer.Option(help="Why; it is kept.")],
    run_dir: RunDir = RUN_DIR,
) -> None:
    """Gives an item up, with a reason that is kept."""
    from suite.commands.parked import drop  # noqa: PLC0415

    raise typer.Exit(drop(run_dir, item, reason))


def main() -> None:
    app()


keys = typer.Typer(no_args_is_help=True, help="Signing keys of the services.")
app.add_typer(keys, name="keys")


@keys.command("rotate")
def rotate_key(service: Annotated[str, typer.Argument(help="people, order, …")], run_dir: RunDir = RUN_DIR) -> None:
    """A new key signs from now on; what the old one signed stays good. Nothing restarts, nobody signs in again."""
    from suite.commands.keys import rotate  # noqa: PLC0415

    raise typer.Exit(rotate(run_dir, service))


@keys.command("retire")
def retire_key(kid: Annotated[str, typer.Argument(help="services/people#1")], run_dir: RunDir = RUN_DIR) -> None:
    """The key is trusted no more."""
    from suite.commands.keys import retire  # noqa: PLC0415

    raise typer.Exit(retire(run_dir, kid))
