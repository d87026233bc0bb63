"""The product's own SQL, understood by a database in memory: PostgreSQL's text in, SQLite's out.

Only what services write is translated. A statement with a word nobody has translated yet fails loudly in SQLite.
"""

import re
from functools import cache

_INTERVAL_US = {"millisecond": 1_000, "second": 1_000_000, "minute": 60_000_000, "hour": 3_600_000_000}
_INTERVAL_US |= {"day": 86_400_000_000}
_RECORDS = re.compile(r"jsonb_to_recordset\((?P<source>%\(\w+\)s|%s)\)\s*AS\s+(?P<name>\w+)\s*\((?P<columns>[^)]*)\)")
_LISTS = re.compile(
    r"unnest\((?P<lists>(?:%s(?:::\w+\[\])?(?:,\s*)?)+)\)(?P<ordinal>\s+WITH ORDINALITY)?"
    r"(?:\s+AS\s+(?P<name>\w+)(?:\s*\((?P<columns>[^)]*)\))?)?"
)
# In this order: what PostgreSQL writes, what SQLite reads.
_RULES: tuple[tuple[str, str], ...] = (
    (r"\s+FOR (?:NO KEY )?UPDATE(?: OF \w+)?(?: SKIP LOCKED)?", ""),
    (r"now\(\)(?= AS now)", "now()"),
    (r"app_now\(\) AS now", 'app_now() AS "now [timestamptz]"'),
    (r"'-infinity'", "-9000000000000000"),
    (r"'infinity'", "9000000000000000"),
    (r"%s::interval", "interval_us(%s)"),
    (r"= ANY\s*\((%\(\w+\)s|[^()]+)\)", r"IN (SELECT value FROM json_each(\1))"),
    (r"::[a-z]+(?:\[\])?", ""),
    (r"EXISTS \(\s*SELECT FROM", "EXISTS (SELECT 1 FROM"),
    (r"\bbool_or\(", "max("),
    (r"\bjsonb_agg\(", "json_group_array("),
    (r"\bjsonb_build_object\(", "json_object("),
    (r"array_agg\((DISTINCT )?", r"json_group_array(\1"),
    (r"'classes', v\.service_classes", "'classes', json(v.service_classes)"),
    (r"'\[\]'\) AS (\w+)", r"""'[]') AS "\1 [jsonb]" """),
    (r"\) AS people\b", ') AS "people [jsonb]"'),
    (r"\) AS receive_time\b", ') AS "receive_time [timestamptz]"'),
    (r"t\.params \|\| excluded\.params", "json_patch(t.params, excluded.params)"),
    (r"SET \(([^)]*)\) = ROW \(", r"SET (\1) = ("),
    (r"FROM (\w+) was\b", r"FROM \1 earlier"),
    (r"\bwas\.", "earlier."),
)
_COMPILED = [(re.compile(pattern), text) for pattern, text in _RULES]


@cache
def statement(sql: str) -> str:
    """One statement with its places for values."""
    sql = _RECORDS.sub(_records, sql)
    sql = _LISTS.sub(_lists, sql)
    for pattern, text in _COMPILED:
        sql = pattern.sub(text, sql)
    sql = re.sub(r"interval '(\d+) (\w+?)s?'", lambda found: str(int(found[1]) * _INTERVAL_US[found[2]]), sql)
    # A SELECT feeds an upsert: without WHERE the parser takes ON for a join.
    if "ON CONFLICT" in sql and "json_each" in sql and "WHERE" not in sql.partition("ON CONFLICT")[0]:
        sql = sql.replace("ON CONFLICT", "WHERE true ON CONFLICT", 1) if "ORDER BY id" not in sql else _ordered(sql)
    sql = re.sub(r"%\((\w+)\)s", r":\1", sql)
    return sql.replace("%s", "?").replace("%%", "%")


def _ordered(sql: str) -> str:
    return sql.replace("ORDER BY id", "WHERE true ORDER BY id", 1)


def _records(found: re.Match[str]) -> str:
    columns = ", ".join(_extracted(*column.split()) for column in found["columns"].split(","))
    return f"(SELECT {columns} FROM json_each({found['source']})) AS {found['name']}"  # noqa: S608 - the product's own words


def _extracted(name: str, kind: str) -> str:
    value = f"json_extract(value, '$.{name}')"
    return f"{f'moment({value})' if kind == 'timestamptz' else value} AS {name}"


def _lists(found: re.Match[str]) -> str:
    """Lists side by side become rows."""
    count, name = found["lists"].count("%s"), found["name"] or "listed"
    names = [each.strip() for each in (found["columns"] or "").split(",") if each.strip()]
    if not names:
        names = [name] if count == 1 else [f"c{number}" for number in range(count)]
    lists = [f"l{number}" for number in range(count)]
    columns = [f"{each}.value AS {column}" for each, column in zip(lists, names, strict=False)]
    if found["ordinal"]:
        columns.append(f"l0.key + 1 AS {names[-1]}")
    tables = " JOIN ".join(
        f"json_each(%s) {each}" + (f" ON {each}.key = l0.key" if number else "") for number, each in enumerate(lists)
    )
    alias = name if count > 1 or names != [name] else f"{name}_rows"
    return f"(SELECT {', '.join(columns)} FROM {tables}) AS {alias}"  # noqa: S608 - the same


_DROPPED = re.compile(
    r"^(?:GRANT|REVOKE|CREATE (?:CONSTRAINT )?TRIGGER|(?:CREATE|DROP) INDEX|ALTER TABLE \w+ VALIDATE|SELECT"
    r"|INSERT INTO clock|CREATE SEQUENCE)\b"
)
_PARTITION = re.compile(r"^CREATE TABLE \w+ PARTITION OF\b")
_IDENTITY = r"bigint(?P<rest>[^,]*) GENERATED ALWAYS AS IDENTITY"
_COLUMNS: tuple[tuple[str, str], ...] = (
    (r"\)\s*PARTITION BY RANGE \(\w+\)", ")"),
    (r"\)\s*WITH \(fillfactor = \d+\)", ")"),
    (r" text_pattern_ops", ""),
    (r"INDEX CONCURRENTLY", "INDEX"),
    (r"bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY", "INTEGER PRIMARY KEY AUTOINCREMENT"),
    (r"bigint NOT NULL GENERATED ALWAYS AS IDENTITY", "bigint"),
    (r"(\w+)\[\]", r"\1array"),
    (r"DEFAULT app_now\(\)", "DEFAULT (app_now())"),
    (r"DEFAULT '\{\}'(?=,|\s*\n)", "DEFAULT '[]'"),
    (r"jsonb NOT NULL DEFAULT '\[\]'", "jsonb NOT NULL DEFAULT '{}'"),
    (r" ~ '", " REGEXP '"),
    (r"'\\x'", "x''"),
)


def schema(migration: str) -> list[str]:
    """Tables, what is unique, views and first rows of a migration; functions and triggers stand in `functions.py`."""
    text = migration.partition("-- migrate:down")[0]
    text = re.sub(r"--[^\n]*", "", text)
    text = re.sub(r"(?:CREATE (?:OR REPLACE )?FUNCTION[^$]*|DO )\$\$.*?\$\$[^;]*;", "", text, flags=re.DOTALL)
    found = []
    for part in re.split(r";\s*(?:\n|$)", text):
        sql = part.strip()
        if not sql or _DROPPED.match(sql) or _PARTITION.match(sql) or "LATERAL" in sql or "ADD CONSTRAINT" in sql:
            continue
        for pattern, replacement in _COLUMNS:
            sql = re.sub(pattern, replacement, sql)
        found += _one_by_one(sql)
    return found


def _one_by_one(sql: str) -> list[str]:
    """SQLite adds one column with one statement."""
    table, *columns = re.split(r",?\s*\bADD COLUMN\b", sql) if sql.startswith("ALTER TABLE") else [sql]
    return [f"{table} ADD COLUMN {column}" for column in columns] or [sql]
