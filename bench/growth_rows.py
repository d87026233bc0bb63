"""Rows in bulk: a district of any number of devices, a journal of any number of days."""

from collections.abc import Callable

from psycopg import ClientCursor

from bench.stage import Stage
from suite import cast

FACTS_A_DAY = 5_000
# Of one aggregate in a row, as an incident has them.
FACTS_EACH = 8
# One worker on duty for so many devices, all within the same few kilometres.
DEVICES_A_WORKER = 50

_NAMES = """
    CREATE OR REPLACE FUNCTION made(kind text, n bigint) RETURNS text LANGUAGE sql IMMUTABLE AS $$
        SELECT kind || '/' || md5(kind || n)::uuid $$;
    CREATE OR REPLACE FUNCTION uuid7_at(at timestamptz) RETURNS uuid LANGUAGE sql VOLATILE AS $$
        SELECT (lpad(to_hex((extract(epoch FROM at) * 1000)::bigint), 12, '0') || '7'
                || substr(md5(random()::text), 1, 3) || '8' || substr(md5(random()::text), 1, 15))::uuid $$;
"""
_DEVICE = """
    INSERT INTO persons (name, region, home_cell, version)
        SELECT made('persons', n), %(region)s, '', 1 FROM generate_series(%(first)s, %(last)s) n;
    INSERT INTO devices (name, adapter, identity, vendor, model, region)
        SELECT made('devices', n), 'watch', '3' || lpad(n::text, 9, '0'), 'made-up', 'W1', %(region)s
        FROM generate_series(%(first)s, %(last)s) n;
    INSERT INTO device_states (device)
        SELECT made('devices', n) FROM generate_series(%(first)s, %(last)s) n;
    INSERT INTO assignments (name, device, person, region)
        SELECT made('assignments', n), made('devices', n), made('persons', n), %(region)s
        FROM generate_series(%(first)s, %(last)s) n
"""
_ORDER = """
    INSERT INTO providers (name, region, service_classes, version)
        VALUES (%(provider)s, %(city)s, '{emergency}', 1) ON CONFLICT DO NOTHING;
    INSERT INTO persons (name, region, version)
        SELECT made('persons', n), %(region)s, 1 FROM generate_series(%(first)s, %(last)s) n;
    INSERT INTO person_roles (person, kind)
        SELECT made('persons', n), 'elder' FROM generate_series(%(first)s, %(last)s) n;
    INSERT INTO persons (name, region, version)
        SELECT made('workers', n), %(region)s, 1 FROM generate_series(%(first)s, %(last)s, %(each)s) n;
    INSERT INTO person_roles (person, kind, object)
        SELECT made('workers', n), 'worker', %(provider)s FROM generate_series(%(first)s, %(last)s, %(each)s) n;
    INSERT INTO duties (worker, on_duty, since_time, cell, lat, lon, position_time)
        SELECT made('workers', n), true, app_now(), '', %(lat)s + (random() - 0.5) / 5, %(lon)s + (random() - 0.5) / 5,
               app_now()
        FROM generate_series(%(first)s, %(last)s, %(each)s) n
"""
_DAY = """
    UPDATE clock SET shift = make_interval(days => -%(day)s);
    SELECT count(append_event(uuid7_at(app_now()), 'eldercare.order.v1.ResponsibilityMoved',
        made('incidents', %(first)s + n / %(each)s), made('stories', %(first)s + n / %(each)s), '', 'services/bench',
        %(region)s, '', '', '', '\\x', false)) FROM generate_series(1, %(facts)s) n;
    INSERT INTO inbox (consumer, event_id, event_time)
        SELECT 'order', uuid7_at(at), at FROM generate_series(1, %(facts)s) n, LATERAL (SELECT app_now() AS at) t
"""
_MONTHS = """SELECT ensure_partition(t, (date_trunc('month', app_now()) - m * interval '1 month')::date)
             FROM unnest(ARRAY['events', 'inbox']) t, generate_series(1, 4) m"""


def prepare(stage: Stage) -> None:
    for service in ("device", "order"):
        with stage.owner(service) as connection:
            connection.execute(_NAMES)
    with stage.owner("order") as connection:
        connection.execute(_MONTHS)


class Filler:
    """Brings an axis to a size; each call adds what is missing."""

    def __init__(self, stage: Stage, add: Callable[[Stage, int, int], None]) -> None:
        self._stage, self._add, self._size = stage, add, 0

    def to(self, size: int) -> None:
        self._add(self._stage, self._size, size)
        self._size = size


def add_devices(stage: Stage, have: int, want: int) -> None:
    values = {
        "first": have + 1,
        "last": want,
        "each": DEVICES_A_WORKER,
        "region": cast.REGION,
        "city": cast.CITY,
        "provider": cast.PROVIDER,
        "lat": cast.HOME[0],
        "lon": cast.HOME[1],
    }
    for service, sql in (("device", _DEVICE), ("order", _ORDER)):
        _run(stage, service, sql, values)


def add_days(stage: Stage, have: int, want: int) -> None:
    """Days backwards from today, each with its own facts and claims, appended as the services append them."""
    for day in range(have, want):
        values = {"first": day * FACTS_A_DAY, "facts": FACTS_A_DAY, "each": FACTS_EACH, "region": cast.REGION}
        _run(stage, "order", _DAY, values | {"day": day})
    _run(stage, "order", "UPDATE clock SET shift = '0'", {})


def _run(stage: Stage, service: str, script: str, values: dict[str, object]) -> None:
    """Statement by statement, each in a transaction of its own; then the planner is told."""
    with stage.owner(service) as connection:
        for statement in filter(str.strip, script.split(";")):
            ClientCursor(connection).execute(statement.encode(), values)
        connection.execute("ANALYZE")
