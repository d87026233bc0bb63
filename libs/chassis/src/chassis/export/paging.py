"""The next rows of a part after a place: bounded work, whatever the size of the store."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain

import psycopg

from chassis.export.part import Groups, Part, PlaceUnreadable, SelectorUnknown, Wanted
from chassis.export.shape import Row
from chassis.work import Work

GROUPS_A_PAGE = 100
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
    found, looked_at = list[tuple[Place, Row]](), 0
    last, inside = (after[0], after[1:]) if after else ("", ())
    for group in chain([last] if inside else [], _groups_after(work, groups, wanted, last)):
        room = part.page - len(found)
        rows = _rows(work, part, wanted, inside, room, group=group)
        found += [([group, *key], row) for key, row in rows]
        if len(rows) == room:
            return Page(rows=found, next=found[-1][0])
        last, inside, looked_at = group, (), looked_at + 1
    return Page(rows=found, next=[last] if looked_at >= GROUPS_A_PAGE else None)


def _groups_after(work: Work, groups: Groups, wanted: Wanted, after: str) -> Iterator[str]:
    """As many as a page looks at, with one question, which is not asked while a group fills the page."""
    conditions = [f"{groups.name} > %(group)s", *_selected(groups.selectors, wanted)]
    sql = f"SELECT {groups.name} AS name FROM {groups.rows} WHERE {' AND '.join(conditions)} ORDER BY 1 LIMIT %(limit)s"  # noqa: S608 - of our own declarations
    yield from (str(row["name"]) for row in work.all(sql, wanted.params(group=after, limit=GROUPS_A_PAGE)))


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
    names = [f"key_{number}" for number in range(len(part.key))]
    keys = ", ".join(f"({each})::text AS {name}" for each, name in zip(part.key, names, strict=True))
    sql = f"SELECT {keys}, {part.rows} WHERE {' AND '.join(conditions)} ORDER BY {', '.join(part.key)} LIMIT %(limit)s"
    params = wanted.params(limit=limit, group=group, **{f"after_{number}": text for number, text in enumerate(after)})
    rows = work.all(sql, params)
    return [([row[name] for name in names], row) for row in rows]


def _selected(selectors: Mapping[str, str], wanted: Wanted) -> list[str]:
    return [f"({selectors[name]})" for name in sorted(wanted.selection) if name in selectors]
