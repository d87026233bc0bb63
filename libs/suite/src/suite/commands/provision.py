"""`eldercare provision`: databases, broker users and keys on servers of one's own, handed out as files."""

import os
from collections.abc import Mapping
from pathlib import Path

import typer

from suite.box.handout import Names, hand_out
from suite.box.state import BoxState, write_state
from suite.servers import RunDirBusy, ServerMissing, Servers, ServerUnusable, start_servers
from suite.servers.provision import DatabaseUrls

ADDRESSES = ("ELDERCARE_POSTGRES_URL", "ELDERCARE_AMQP_URL", "ELDERCARE_REDIS_URL")
UNPROBED = ("rpc", "watch", "web")


def run(out: Path, names: Names, places: Mapping[str, str], *, vhost: str) -> int:
    """Returns 0, or 1 with a sentence when a server cannot be used."""
    unset = [name for name in ADDRESSES if not os.environ.get(name)]
    if unset:
        typer.echo(
            f"say where your servers are, with the right to create roles and users: {', '.join(unset)}", err=True
        )
        return 1
    try:
        with start_servers(out, progress=typer.echo, ways=("address",)) as servers:
            write_state(out, _state(hand_out(servers, out, names, vhost=vhost), servers, out, places, vhost))
    except (ServerMissing, ServerUnusable, RunDirBusy) as refusal:
        typer.echo(str(refusal), err=True)
        return 1
    typer.echo(f"a folder a service is in {out}; the passwords in it stay the same when this runs again")
    return 0


def _state(
    databases: Mapping[str, DatabaseUrls], servers: Servers, out: Path, places: Mapping[str, str], vhost: str
) -> BoxState:
    return BoxState(
        pid=1,  # where the processes run is not this machine's business
        rpc=places.get("rpc", ""),
        watch=places.get("watch", ""),
        web=places.get("web", ""),
        keys=str(out / "keys"),
        auditors={name: urls.auditor for name, urls in databases.items()},
        testers={},
        operators={name: urls.app for name, urls in databases.items()},
        health={name: url for name, url in places.items() if name not in UNPROBED},
        broker=servers.amqp_management,
        vhost=vhost,
        amqp=servers.amqp_url,
    )
