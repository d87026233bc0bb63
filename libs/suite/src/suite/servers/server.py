"""What every server can do, whichever way it was found; and the two ways that need no Docker."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol, TypeAlias
from urllib.parse import urlsplit

from suite.processes import Process, ProcessDied
from suite.servers.refusals import ServerNotOurs, ServerUnusable

Kind: TypeAlias = Literal["address", "binary", "docker"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Addresses:
    url: str
    management: str = ""


def shown(url: str) -> str:
    """The address without its password."""
    return urlsplit(url).netloc.rpartition("@")[2]


class Server(Protocol):
    name: str
    at: Addresses

    @property
    def kind(self) -> Kind: ...
    @property
    def pid(self) -> int | None: ...
    def is_up(self) -> bool: ...
    def start(self) -> list[str]: ...
    def stop(self) -> None: ...
    def kill(self) -> None: ...
    def freeze(self) -> None: ...
    def thaw(self) -> None: ...
    def restart(self) -> None: ...
    def close(self) -> None: ...


class AddressServer:
    """Somebody else's server: it is used, never started, stopped or harmed."""

    kind: Kind = "address"
    pid: int | None = None

    def __init__(self, name: str, at: Addresses, answers: Callable[[], bool], *, variable: str) -> None:
        self.name, self.at, self.is_up, self._variable = name, at, answers, variable

    def start(self) -> list[str]:
        if not self.is_up():
            raise ServerUnusable(f"{self.name} does not answer at {shown(self.at.url)}, given by {self._variable}")
        return []

    def stop(self) -> None:
        """Closing leaves it running."""

    def close(self) -> None:
        """The same."""

    def kill(self) -> None:
        raise ServerNotOurs(self.name, "kill")

    def freeze(self) -> None:
        raise ServerNotOurs(self.name, "freeze")

    def thaw(self) -> None:
        raise ServerNotOurs(self.name, "thaw")

    def restart(self) -> None:
        raise ServerNotOurs(self.name, "restart")


class BinaryServer:
    """A program of this machine on ports and files of our own."""

    kind: Kind = "binary"

    def __init__(
        self,
        process: Process,
        at: Addresses,
        answers: Callable[[], bool],
        *,
        prepare: Callable[[], None],
        companions: Sequence[Process] = (),
        patience: float = 60,
        grace: float = 20,
        heal: Callable[[], str | None] = lambda: None,
    ) -> None:
        self.name, self.process, self.at = process.name, process, at
        self._answers, self._prepare, self._companions = answers, prepare, companions
        self._patience, self._grace, self._heal = patience, grace, heal

    @property
    def pid(self) -> int | None:
        return self.process.pid

    def is_up(self) -> bool:
        return self.process.running and self._answers()

    def start(self) -> list[str]:
        """What a person should know about the start; empty when it was an ordinary one."""
        try:
            self._boot()
        except ProcessDied:
            words = self._heal()
            if words is None:
                raise
            self._boot()
            return [words]
        return []

    def _boot(self) -> None:
        self._prepare()
        for companion in self._companions:
            companion.start()
            companion.wait_ready()
        self.process.start()
        self.process.wait_ready(self._patience)

    def stop(self) -> None:
        self.process.stop(self._grace)
        for companion in self._companions:
            companion.stop(grace=2)

    def close(self) -> None:
        self.stop()

    def kill(self) -> None:
        self.process.kill()

    def freeze(self) -> None:
        self.process.freeze()

    def thaw(self) -> None:
        self.process.thaw()

    def restart(self) -> None:
        self.process.stop(self._grace)
        self.start()
