"""What a hop of either peer does in its database, and where both find their servers."""

import os
from typing import Any, TypedDict

import psycopg

from chassis.clock import wall_now

HOPS = 3
DATABASE, BROKER = "BENCH_HOPS_DATABASE", "BENCH_HOPS_BROKER"
TABLES = """
    CREATE TABLE IF NOT EXISTS hops (turn text, alarm int, hop int, PRIMARY KEY (turn, alarm, hop));
    CREATE TABLE IF NOT EXISTS heard (
        turn text, alarm int, sent timestamptz, heard timestamptz, PRIMARY KEY (turn, alarm)
    );
"""


class Told(TypedDict):
    """A message between hops; `sent` is the wall clock before the first commit, in ISO 8601."""

    turn: str
    alarm: int
    sent: str


def database() -> "psycopg.Connection[Any]":
    return psycopg.connect(os.environ[DATABASE], autocommit=True)


def broker_url() -> str:
    return os.environ[BROKER]


def commit_hop(connection: "psycopg.Connection[Any]", told: Told, hop: int) -> None:
    connection.execute("INSERT INTO hops VALUES (%s, %s, %s)", [told["turn"], told["alarm"], hop])


def commit_heard(connection: "psycopg.Connection[Any]", told: Told) -> None:
    """The moment counts before it is written down."""
    row = [told["turn"], told["alarm"], told["sent"], wall_now()]
    connection.execute("INSERT INTO heard VALUES (%s, %s, %s, %s)", row)
