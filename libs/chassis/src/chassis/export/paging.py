"""The next rows of a part after a place: bounded work, whatever the size of the store."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import psycopg

from chassis.export.part import Groups, Part, PlaceUnreadable, SelectorUnknown, Wanted
from chassis.export.shape import Row
from chassis.work import Work

GROUPS_A_PAGE = 200
Place = Sequence[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Rows, each with its place; `next` is None at the end of the part. A page may be empty and not the last."""

    rows: Sequence[tuple[Place, Row]]
    next: Place | None


def read_page(work: Work, part: Part, wanted: Wanted, after: Place) -> Page:
    if unknown := wanted.selection.keys() - part.selectors.keys():
        raise SelectorUnknown(selector=min(unknown))
    grouped = part.groups is not None
    if after and len(after) not in ({1, len(part.key) + 1} if grouped else {len(part.key)}):
        raise PlaceUnreadable
    try:
        return _grouped(work, part, part.groups, wanted, after) if part.groups else _flat(work, part, wanted, after)
    except psycopg.errors.DataError as unreadable:
        raise PlaceUnreadable from unreadable


def _flat(work: Work, part: Part, wanted: Wanted, after: Place) -> Page:
    rows = _rows(work, part, wanted, after, part.page)
    return Page(rows=rows, next=rows[-1][0] if len(rows) == part.page else None)


def _grouped(work: Work, part: Part, groups: Groups, wanted: Wanted, after: Place) -> Page:
    """`after` is a group alone, all of which was had, or a group and a key inside it."""
    found: list[tuple[Place, Row]] = []
    group, inside = (after[0], after[1:]) if after else ("", ())
    for _ in range(GROUPS_A_PAGE):
        if not inside:
            group = _next_group(work, groups, wanted, group)
            if not group:
                return Page(rows=found, next=None)
        room = part.page - len(found)
        rows = _rows(work, part, wanted, inside, room, group=group)
        found += [([group, *key], row) for key, row in rows]
        if len(rows) == room:
            return Page(rows=found, next=found[-1][0])
        inside = ()
    return Page(rows=found, next=[group])


def _next_group(work: Work, groups: Groups, wanted: Wanted, after: str) -> str:
    conditions = [f"{groups.name} > %(group)s", *_selected(groups.selectors, wanted)]
    sql = f"SELECT {groups.name} AS name FROM {groups.rows} WHERE {' AND '.join(conditions)} ORDER BY 1 LIMIT 1"  # noqa: S608 - of our own declarations
    row = work.one(sql, wanted.params(group=after))
    return str(row["name"]) if row else ""


def _rows(
    work: Work, part: Part, wanted: Wanted, after: Place, limit: int, *, group: str = ""
) -> list[tuple[Place, Row]]:
    """Each row brings its key as `key_0`, `key_1` …"""
    conditions = [part.older, *_selected(part.selectors, wanted)]
    if part.groups:
        conditions.append(part.groups.within)
    if after:
        places = ", ".join(f"%(after_{number})s::{kind}" for number, kind in enumerate(part.key.values()))
        conditions.append(f"({', '.join(part.key)}) > ({places})")
    keys = ", ".join(f"({each})::text AS key_{number}" for number, each in enumerate(part.key))
    sql = f"SELECT {keys}, {part.rows} WHERE {' AND '.join(conditions)} ORDER BY {', '.join(part.key)} LIMIT %(limit)s"
    params = wanted.params(limit=limit, group=group, **{f"after_{number}": text for number, text in enumerate(after)})
    rows = work.all(sql, params)
    return [([row[f"key_{number}"] for number in range(len(part.key))], row) for row in rows]


def _selected(selectors: Mapping[str, str], wanted: Wanted) -> list[str]:
    return [f"({selectors[name]})" for name in sorted(wanted.selection) if name in selectors]
