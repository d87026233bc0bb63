"""`eldercare status` and the figures: what waits, who is at work, and what is away."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg.rows import dict_row
from typer.testing import CliRunner

from suite.box import Box
from suite.cli import app
from suite.servers import Servers
from suite.waiting import until
from tests.operation.conftest import Answer, Asked

Status = Callable[[], Asked]


def test_a_whole_suite_is_well(box: Box, status: Status) -> None:
    def well() -> dict[str, Any] | None:
        code, told = status()
        return told if code == 0 else None

    told = until(well, "nobody has to look", patience_s=60)
    assert told["trouble"] == []
    assert {each["name"] for each in told["processes"] if each["live"] and each["ready"]} == {*box.state().health}
    assert all(each["since"] and each["version"] for each in told["processes"])
    assert all(each["consumers"] == 1 for each in told["queues"] if not each["name"].endswith(".dead"))
    assert {each["service"]: each["relay"].partition(" ")[0] for each in told["stores"]} == {
        service: f"{service}.relay" for service in box.state().auditors
    }


def test_who_consumes_is_told_at_once(box: Box, status: Status) -> None:
    def consumers() -> set[int]:
        return {each["consumers"] for each in status()[1]["queues"] if not each["name"].endswith(".dead")}

    events = box.processes["events"]
    events.stop(grace=30)
    assert consumers() == {0}
    events.start()
    events.wait_ready(60)
    assert consumers() == {1}


def test_a_parked_timer_is_told_by_status_and_figures_until_it_is_replayed(
    box: Box, status: Status, probe: Callable[[str, str], Answer]
) -> None:
    operator = psycopg.connect(box.state().operators["order"], autocommit=True, row_factory=dict_row)
    figure = 'eldercare_waiting_rows{place="timers_parked",service="order"}'
    with operator as connection:
        connection.execute(
            """INSERT INTO timers (key, kind, due_at, payload, context, parked_at)
               VALUES ('made-up', 'made-up', app_now(), '{}', '{}', app_now())"""
        )
        assert "order: 1 timers are parked" in status()[1]["trouble"]
        until(lambda: f"{figure} 1.0" in probe("core", "/metrics")[1], "the figures tell it")
        connection.execute("DELETE FROM timers WHERE key = 'made-up'")
    until(lambda: f"{figure} 0.0" in probe("core", "/metrics")[1], "the figures tell that it is over")


@pytest.mark.parametrize(
    ("server", "sentence"),
    [("postgres", "order: the database cannot be read"), ("rabbitmq", "the broker cannot be asked")],
)
def test_a_server_that_is_down_is_told_in_a_sentence(
    box: Box, servers: Servers, status: Status, server: str, sentence: str
) -> None:
    getattr(servers, server).kill()
    try:
        code, told = status()
        assert code == 1
        assert any(each.startswith(sentence) for each in told["trouble"])
    finally:
        getattr(servers, server).start()
    until(lambda: status()[0] == 0, "all is well again", patience_s=90)


def test_where_no_suite_runs_it_says_so(tmp_path: Path) -> None:
    done = CliRunner().invoke(app, ["status", "--run-dir", str(tmp_path)])
    assert done.exit_code == 2
    assert "no suite runs" in done.output
