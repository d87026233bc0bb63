"""Frames and observations lie in months, made ahead; a month nobody made loses nothing."""

from device_service.auditor import make_partitions
from services.device.tests.cast import Wire
from suite.simulated_watch import SimulatedWatch
from suite.testing import TestDatabase


def months(db: TestDatabase, table: str) -> set[str]:
    rows = db.rows("SELECT relid::regclass::text AS name FROM pg_partition_tree(%s) WHERE isleaf", table)
    return {row["name"] for row in rows}


def month_of(db: TestDatabase, months_ahead: int = 0) -> str:
    (row,) = db.rows("SELECT to_char(app_now() + %s * interval '1 month', 'YYYYMM') AS month", months_ahead)
    return str(row["month"])


def lies_in(db: TestDatabase, table: str) -> set[str]:
    return {row["name"] for row in db.rows(f"SELECT DISTINCT tableoid::regclass::text AS name FROM {table}")}  # noqa: S608


def test_this_month_and_the_next_are_there_from_the_start(
    db: TestDatabase, worn: str, wire: Wire, watch: SimulatedWatch
) -> None:
    wire.say(watch.lk(steps=1))
    for table in ("frames", "observations"):
        assert {f"{table}_{month_of(db)}", f"{table}_{month_of(db, 1)}"} <= months(db, table)
        assert lies_in(db, table) == {f"{table}_{month_of(db)}"}


def test_a_month_nobody_made_loses_nothing(db: TestDatabase, worn: str, wire: Wire, watch: SimulatedWatch) -> None:
    db.push_clock(days=300)
    wire.say(watch.lk(steps=1))
    assert lies_in(db, "frames") == {"frames_default"}


def test_the_auditor_makes_the_months_to_come(db: TestDatabase, worn: str, wire: Wire, watch: SimulatedWatch) -> None:
    db.push_clock(days=300)
    with db.work() as work:
        make_partitions(work)
        make_partitions(work)
    wire.say(watch.lk(steps=1))
    assert lies_in(db, "frames") == {f"frames_{month_of(db)}"}
