"""`eldercare provision`: databases, broker users and keys on servers of one's own, handed out as files."""

import os
from pathlib import Path

import typer

from suite.box.handout import Names, hand_out
from suite.box.state import BoxState, write_state
from suite.servers import RunDirBusy, ServerMissing, ServerUnusable, start_servers

ADDRESSES = ("ELDERCARE_POSTGRES_URL", "ELDERCARE_AMQP_URL", "ELDERCARE_REDIS_URL")


def run(out: Path, names: Names, *, vhost: str, rpc: str, watch: str, web: str) -> int:
    """Returns 0, or 1 with a sentence when a server cannot be used."""
    unset = [name for name in ADDRESSES if not os.environ.get(name)]
    if unset:
        typer.echo(
            f"say where your servers are, with the right to create roles and users: {', '.join(unset)}", err=True
        )
        return 1
    try:
        with start_servers(out, progress=typer.echo, ways=("address",)) as servers:
            databases, broker = hand_out(servers, out, names, vhost=vhost), servers.amqp_management
    except (ServerMissing, ServerUnusable, RunDirBusy) as refusal:
        typer.echo(str(refusal), err=True)
        return 1
    box = BoxState(
        pid=1,  # where the processes run is not this machine's business
        rpc=rpc,
        watch=watch,
        web=web,
        keys=str(out / "keys"),
        auditors={name: urls.auditor for name, urls in databases.items()},
        testers={},
        operators={name: urls.app for name, urls in databases.items()},
        health={},
        broker=broker,
        vhost=vhost,
    )
    write_state(out, box)
    typer.echo(f"a folder a service is in {out}; the passwords in it stay the same when this runs again")
    return 0
