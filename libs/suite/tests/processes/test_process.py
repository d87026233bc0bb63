"""One child: started, awaited, stopped, frozen, killed, with all it started itself."""

import http.server
import os
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from suite.processes import Process, ProcessDied, ProcessNotReady, proc
from suite.servers.ports import free_port

WAITS = "import time; open('up', 'w').close(); time.sleep(600)"
IGNORES_REQUESTS = f"import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); {WAITS}"
STARTS_ANOTHER = """
    import subprocess, sys
    other = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"], start_new_session=True)
    open("other", "w").write(str(other.pid))
    other.wait()
"""


def up(tmp_path: Path) -> Callable[[], bool]:
    return (tmp_path / "up").exists


def other_child(tmp_path: Path) -> proc.Seen | None:
    text = (tmp_path / "other").read_text() if (tmp_path / "other").exists() else ""
    return proc.look(int(text)) if text else None


def test_a_child_is_ready_when_its_own_question_says_so(child: Callable[..., Process], tmp_path: Path) -> None:
    process = child(WAITS, ready=up(tmp_path))
    process.start()
    process.wait_ready()
    assert process.running
    assert process.returncode is None


def test_a_child_is_ready_when_its_page_answers(child: Callable[..., Process]) -> None:
    port = free_port()
    served = (
        f"import http.server; http.server.test(http.server.SimpleHTTPRequestHandler, port={port}, bind='127.0.0.1')"
    )
    process = child(served, ready=f"http://127.0.0.1:{port}/")
    process.start()
    process.wait_ready()


def test_a_page_that_answers_with_an_error_is_not_ready(child: Callable[..., Process]) -> None:
    class Unwell(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_error(503)

        def log_message(self, *_: object) -> None: ...

    with http.server.HTTPServer(("127.0.0.1", 0), Unwell) as page:
        threading.Thread(target=page.serve_forever, daemon=True).start()
        process = child("import time; time.sleep(600)", ready=f"http://127.0.0.1:{page.server_port}/ready")
        process.start()
        with pytest.raises(ProcessNotReady, match="child was not ready"):
            process.wait_ready(timeout=0.3)
        page.shutdown()


def test_a_child_is_ready_when_its_port_accepts(child: Callable[..., Process]) -> None:
    port = free_port()
    listens = f"import socket, time; s = socket.create_server(('127.0.0.1', {port})); time.sleep(600)"
    process = child(listens, ready=f"tcp://127.0.0.1:{port}")
    process.start()
    process.wait_ready()


def test_a_child_that_dies_before_it_is_ready_is_told_with_its_last_words(child: Callable[..., Process]) -> None:
    process = child("raise SystemExit('the meter is not connected')", ready=lambda: False)
    process.start()
    with pytest.raises(ProcessDied, match="the meter is not connected"):
        process.wait_ready()
    assert process.returncode == 1
    assert process.died


def test_a_program_that_is_not_there_is_named(tmp_path: Path) -> None:
    process = Process("meter", ["no-such-program"], None, tmp_path / "meter.log", lambda: False)
    process.start()
    with pytest.raises(ProcessDied, match="no-such-program"):
        process.wait_ready()


def test_a_stop_is_asked_for_first(child: Callable[..., Process], tmp_path: Path) -> None:
    says_goodbye = f"import signal, sys; signal.signal(signal.SIGTERM, lambda *_: sys.exit(7)); {WAITS}"
    process = child(says_goodbye, ready=up(tmp_path))
    process.start()
    process.wait_ready()
    assert process.stop() == 7
    assert not process.died


def test_a_child_that_ignores_the_request_is_ended_by_force(child: Callable[..., Process], tmp_path: Path) -> None:
    process = child(IGNORES_REQUESTS, ready=up(tmp_path))
    process.start()
    process.wait_ready()
    assert process.stop(grace=0.2) == -9


@pytest.mark.parametrize("end", [Process.kill, Process.stop])
def test_what_a_child_started_ends_with_it(
    end: Callable[[Process], object],
    child: Callable[..., Process],
    tmp_path: Path,
) -> None:
    process = child(STARTS_ANOTHER, ready=lambda: other_child(tmp_path) is not None)
    process.start()
    process.wait_ready()
    end(process)
    assert other_child(tmp_path) is None
    assert not process.running


def test_a_frozen_child_and_its_own_children_stand_still_until_thawed(
    child: Callable[..., Process], tmp_path: Path
) -> None:
    process = child(STARTS_ANOTHER, ready=lambda: other_child(tmp_path) is not None)
    process.start()
    process.wait_ready()
    other = other_child(tmp_path)
    assert process.pid
    assert other

    def states() -> set[str]:
        return {Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] for pid in (process.pid, other.pid)}

    process.freeze()
    assert states() == {"T"}
    process.thaw()
    assert "T" not in states()


def test_a_frozen_child_can_still_be_stopped(child: Callable[..., Process], tmp_path: Path) -> None:
    process = child(WAITS, ready=up(tmp_path))
    process.start()
    process.wait_ready()
    process.freeze()
    assert process.stop() == -15


def test_a_restart_is_a_new_child(child: Callable[..., Process], tmp_path: Path) -> None:
    process = child(WAITS, ready=up(tmp_path))
    process.start()
    process.wait_ready()
    before = process.pid
    process.restart()
    assert process.running
    assert process.pid != before


def test_a_child_outlives_the_thread_that_started_it(child: Callable[..., Process], tmp_path: Path) -> None:
    process = child(WAITS, ready=up(tmp_path))
    thread = threading.Thread(target=process.start)
    thread.start()
    thread.join()
    process.wait_ready()
    assert process.running


def test_the_environment_is_whole_and_only_what_was_given(tmp_path: Path) -> None:
    process = Process("env", ["/usr/bin/env"], {"LC_ALL": "C.UTF-8"}, tmp_path / "env.log")
    process.start()
    while process.running:
        pass
    names = {line.partition("=")[0] for line in (tmp_path / "env.log").read_text().splitlines()}
    assert names == {"LC_ALL", "ELDERCARE_OWNER", "ELDERCARE_PROCESS"}
    assert "PATH" in os.environ
