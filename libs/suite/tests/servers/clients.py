"""What a service would do with a server: one short use of each."""

from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import unquote, urlsplit

import amqp
import psycopg


@contextmanager
def channel(url: str) -> Iterator[amqp.Channel]:
    parts = urlsplit(url)
    connection = amqp.Connection(
        host=f"{parts.hostname}:{parts.port}",
        userid=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
        virtual_host=unquote(parts.path[1:]) or "/",
        connect_timeout=5,
        confirm_publish=True,
    )
    try:
        connection.connect()
        yield connection.channel()
    finally:
        connection.collect()


def publish(on: amqp.Channel, queue: str, body: str, exchange: str = "") -> None:
    on.basic_publish(amqp.Message(body, delivery_mode=2), exchange=exchange, routing_key=queue)


def ask(url: str, sql: str) -> object:
    with psycopg.connect(url, autocommit=True, connect_timeout=5) as connection:
        cursor = connection.execute(sql)
        row = cursor.fetchone() if cursor.description else None
        return row[0] if row else None
