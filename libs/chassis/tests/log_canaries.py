"""Run as a process: says things no log may repeat, the ways code says them by mistake."""

import logging
import sys
import threading
from contextlib import suppress

import psycopg
import structlog
from kombu.connection import Connection

from chassis import logs

NAME, PHONE, PASSWORD = "王小花Canary", "+8613800138000", "canary-password"


def misbehave(database_url: str) -> None:
    log = structlog.get_logger("made-up")
    log.info("person.called", name=NAME, phone=PHONE, reason=NAME, key=PHONE, count=3, order="orders/1")
    log.info("person.called", phone=int(PHONE), ms=12)
    log.info(f"calling {NAME} at {PHONE}")  # noqa: G004 - the mistake
    try:
        look_up(NAME)
    except KeyError:
        log.exception("person.lost")
    library = logging.getLogger("library")  # noqa: TID251 - what libraries do
    library.warning("connected to %s", f"amqp://guest:{PASSWORD}@127.0.0.1")
    with suppress(Exception):
        Connection(f"amqp://guest:{PASSWORD}@127.0.0.1:1").ensure_connection(
            lambda failure, _: library.error("lost %r", failure, exc_info=failure), max_retries=1, interval_start=0
        )
    with psycopg.connect(database_url) as connection:
        try:
            for _ in range(2):
                connection.execute("INSERT INTO subject_keys (subject, wrapped) VALUES (%s, '')", [NAME])
        except psycopg.errors.UniqueViolation:
            log.exception("person.known")
    look_up(NAME)


def look_up(name: str) -> None:
    try:
        int(name)
    except ValueError as unknown:
        raise KeyError(PHONE) from unknown


if __name__ == "__main__":
    logs.configure("canaries")
    thread = threading.Thread(target=misbehave, args=(sys.argv[1],))
    thread.start()
    thread.join()
