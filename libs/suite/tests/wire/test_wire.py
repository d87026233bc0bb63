"""A wire passes everything on, and can be made as bad as a real one."""

import socket
import threading
from collections.abc import Iterator

import psycopg
import pytest

from suite.servers import Servers
from suite.servers.ports import free_port
from suite.wire import Trouble, Way, Wire

PATIENCE_S = 5


class Echo:
    """A peer that says everything again and remembers what it heard."""

    def __init__(self) -> None:
        self.heard = b""
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.address = f"127.0.0.1:{self._listener.getsockname()[1]}"
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            try:
                line, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._answer, args=(line,), daemon=True).start()

    def _answer(self, line: socket.socket) -> None:
        try:
            while data := line.recv(4096):
                self.heard += data
                line.sendall(data)
        except OSError:
            return

    def close(self) -> None:
        self._listener.close()


@pytest.fixture
def echo() -> Iterator[Echo]:
    peer = Echo()
    yield peer
    peer.close()


@pytest.fixture
def wire(echo: Echo) -> Iterator[Wire]:
    with Wire(echo.address) as running:
        yield running


@pytest.fixture
def line(wire: Wire) -> Iterator[socket.socket]:
    with socket.create_connection(("127.0.0.1", wire.port), timeout=PATIENCE_S) as connected:
        says(connected, b"hello")
        assert hears(connected, 5) == b"hello"
        yield connected


def says(line: socket.socket, data: bytes) -> None:
    line.sendall(data)


def hears(line: socket.socket, size: int) -> bytes:
    heard = b""
    while len(heard) < size and (data := line.recv(size - len(heard))):
        heard += data
    return heard


def hears_nothing(line: socket.socket) -> bool:
    line.settimeout(0.1)
    try:
        return line.recv(1) == b"never"
    except TimeoutError:
        return True
    finally:
        line.settimeout(PATIENCE_S)


@pytest.mark.parametrize("trouble", [Trouble(), Trouble(sliced=True), Trouble(delay_s=0.01, jitter_s=0.01)])
def test_every_byte_arrives_in_order_however_slowly(wire: Wire, line: socket.socket, trouble: Trouble) -> None:
    wire.suffer(trouble)
    letter = bytes(range(256)) * 4
    says(line, letter)
    assert hears(line, len(letter)) == letter


def test_a_lost_reply_was_heard_by_the_server(wire: Wire, line: socket.socket, echo: Echo) -> None:
    wire.suffer(Trouble(swallowed=frozenset({Way.BACK})))
    says(line, b"are you there")
    assert hears_nothing(line)
    assert echo.heard == b"helloare you there"


def test_a_swallowed_request_never_reaches_the_server(wire: Wire, line: socket.socket, echo: Echo) -> None:
    wire.suffer(Trouble(swallowed=frozenset({Way.THERE})))
    says(line, b"are you there")
    assert hears_nothing(line)
    assert echo.heard == b"hello"
    wire.heal()
    says(line, b"now")
    assert hears(line, 3) == b"now"


def test_a_reset_line_says_so_at_once(wire: Wire, line: socket.socket) -> None:
    assert wire.reset() == 1
    with pytest.raises(ConnectionResetError):
        hears(line, 1)


def test_a_cut_line_ends_in_the_middle_of_what_is_said(wire: Wire, line: socket.socket, echo: Echo) -> None:
    assert wire.cut() == 1
    says(line, b"0123456789")
    with pytest.raises(ConnectionResetError):
        hears(line, 1)
    assert echo.heard in {b"hello", b"hello01234"}  # a reset may overtake what was said before it


def test_a_line_to_a_server_that_is_gone_is_closed() -> None:
    nobody = f"127.0.0.1:{free_port()}"
    with Wire(nobody) as wire, socket.create_connection(("127.0.0.1", wire.port), timeout=PATIENCE_S) as line:
        assert hears(line, 1) == b""


def test_a_commit_whose_reply_is_lost_has_happened(postgres: Servers) -> None:
    with Wire.to(postgres.postgres_url) as wire, psycopg.connect(wire.through(postgres.postgres_url)) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 1 AS row")
        wire.suffer(Trouble(loses_reply=lambda said: b"COMMIT" in said))
        with pytest.raises(psycopg.OperationalError):
            connection.commit()
        with psycopg.connect(postgres.postgres_url, autocommit=True) as other:
            assert other.execute("SELECT row FROM kept").fetchall() == [(1,)]
            other.execute("DROP TABLE kept")
