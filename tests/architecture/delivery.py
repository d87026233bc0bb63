"""Ways of losing or doubling a fact that the design rules out: nobody may take them again."""

from __future__ import annotations

import ast
import tomllib
from collections.abc import Iterator, Mapping

from kombu.entity import Queue

from tests.architecture.imports import imported
from tests.architecture.source import Source

# What nameko gives us. Its dispatcher forgets what is unroutable, its handlers acknowledge what failed or broadcast
# to queues that vanish, its contexts are whatever a publisher wrote.
OF_NAMEKO = frozenset({"nameko.extensions", "nameko.messaging", "nameko.runners"})
# A pool hands out a connection that may hang, waits for a free one without limit, and closes politely.
POOLS = ("kombu.pools", "kombu.mixins", "sqlalchemy")
PUBLISHES = frozenset({"basic_publish", "Producer", "EventDispatcher", "Publisher"})
PUBLISHERS = ("libs/chassis/src/chassis/publisher.py", "libs/chassis/src/chassis/relay.py")
DECLARES = frozenset({"Queue", "queue_declare"})
REFUSED_PACKAGES: Mapping[str, str] = {
    "nameko-amqp-retry": "its retries live in the broker and in kombu 4",
    "nameko-sqlalchemy": "its pool is smaller than the workers that wait for it",
    "nameko-grpc": "grpcio in an eventlet process",
    "sqlalchemy": "plain SQL on connections we count",
    "psycogreen": "psycopg 3 waits through the hub by itself",
    "psycopg2": "one driver",
}


def product(source: Source) -> bool:
    return source.parts[0] in ("libs", "services") and not source.is_test and source.parts[1] != "suite"


def nameko_lends_only_its_frame(source: Source) -> Iterator[str]:
    for line, module in imported(source) if product(source) else ():
        if module.partition(".")[0] == "nameko" and module not in OF_NAMEKO:
            yield f"line {line}: {module} is one of nameko's own ways to handle or tell facts"


def nobody_shares_a_pool(source: Source) -> Iterator[str]:
    for line, module in imported(source) if product(source) else ():
        if module.startswith(POOLS):
            yield f"line {line}: {module}"


def only_the_relay_publishes(source: Source) -> Iterator[str]:
    if not product(source) or source.path in PUBLISHERS:
        return
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Call) and _name(node.func) in PUBLISHES:
            yield f"line {node.lineno}: {_name(node.func)} outside the relay: no outbox, no confirm of its own"


def queues_are_declared_in_one_place(source: Source) -> Iterator[str]:
    if not product(source) or source.path.endswith("/chassis/topology.py"):
        return
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Call) and ast.unparse(node.func).split(".")[-1] in DECLARES:
            if ast.unparse(node.func) == "eventlet.Queue" or _only_looks(node):
                continue
            yield f"line {node.lineno}: a queue of its own kind"


def _only_looks(call: ast.Call) -> bool:
    return any(keyword.arg == "passive" and ast.unparse(keyword.value) == "True" for keyword in call.keywords)


def each_message_is_acknowledged_singly(source: Source) -> Iterator[str]:
    if not product(source):
        return
    for node in ast.walk(source.tree):
        if not isinstance(node, ast.Call) or _name(node.func) not in ("ack", "basic_ack"):
            continue
        if any(keyword.arg == "multiple" for keyword in node.keywords):
            yield f"line {node.lineno}: an ack of several takes a neighbour queue's messages with it"


def bells_ring_after_the_commit(source: Source) -> Iterator[str]:
    """NOTIFY inside a transaction takes a lock of the whole cluster at its commit."""
    if not product(source):
        return
    for block in ast.walk(source.tree):
        if isinstance(block, ast.With) and any(
            "transaction(" in ast.unparse(each.context_expr) for each in block.items
        ):
            for node in (inner for statement in block.body for inner in ast.walk(statement)):
                rings = isinstance(node, ast.Call) and _name(node.func) in ("notify", "ring")
                if rings or (isinstance(node, ast.Constant) and _notifies(str(node.value))):
                    yield f"line {getattr(node, 'lineno', 0)}: a bell inside a transaction"


def stores_ring_no_bell(source: Source) -> Iterator[str]:
    if _notifies(source.text):
        yield "a bell inside the writing transaction"


def no_context_of_the_frame_is_read(source: Source) -> Iterator[str]:
    """nameko puts any header that begins with its name into a worker's context, whoever wrote it."""
    if not product(source):
        return
    for node in ast.walk(source.tree):
        name = (
            node.attr if isinstance(node, ast.Attribute) else str(node.value) if isinstance(node, ast.Constant) else ""
        )
        if name in ("context_data", "unpack_message_headers") or name.startswith("nameko."):
            yield f"line {getattr(node, 'lineno', 0)}: {name}"


def refused_packages(lock: str) -> list[str]:
    found = {package["name"] for package in tomllib.loads(lock).get("package", [])}
    return [f"{name}: {reason}" for name, reason in REFUSED_PACKAGES.items() if name in found]


def not_replicated(queue: Queue) -> list[str]:
    """A classic queue on a node that is down confirms and forgets."""
    arguments = vars(queue)["queue_arguments"] or {}
    kept = queue.durable and not queue.auto_delete and not queue.exclusive
    return [] if kept and arguments.get("x-queue-type") == "quorum" else [f"{queue.name} is not a quorum queue"]


def _name(node: ast.expr) -> str:
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""


def _notifies(text: str) -> bool:
    return "NOTIFY " in text or "pg_notify" in text
