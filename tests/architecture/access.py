"""Every rpc of the contract has its rows in the authorization matrix."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from tools.access_matrix import ROLES, SERVICES, Operation

_WHERE = "tests/access/requests.py"
_KNOWN = frozenset({*ROLES, "person", "public", *(f"services/{name}" for name in SERVICES)})


def without_rows(found: Collection[Operation], asked: Collection[str]) -> Iterator[str]:
    names = {operation.name for operation in found}
    for name in sorted(names - set(asked)):
        table, _, method = name.partition(".")
        yield (
            f"{name} has no rows: add one line to {table.upper()} in {_WHERE},\n"
            f'    "{method}": lambda of: <its request about of.person, of.region, of.order …>,\n'
            "then `make proto` for docs/access.md and `pytest tests/access` to play them"
        )
    yield from (f"{name} in {_WHERE} is no rpc of the contract" for name in sorted(set(asked) - names))


def without_standing(found: Collection[Operation]) -> Iterator[str]:
    """A role nobody of the cast has would never be played."""
    for operation in found:
        for role in sorted(set(operation.rule.allow) - _KNOWN):
            yield (
                f"{operation.name} allows {role!r}, which no row plays: add it to ROLES in tools/access_matrix.py "
                "and to NOW in tests/access/cast.py"
            )
