"""One server in a container of its own, on the same ports for as long as this process wants it."""

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from docker.errors import DockerException, NotFound  # type: ignore[import-untyped]
from docker.models.containers import Container  # type: ignore[import-untyped]
from testcontainers.core.config import ConnectionMode, testcontainers_config
from testcontainers.core.container import DockerContainer
from testcontainers.core.docker_client import DockerClient

from suite.processes.guard import at_our_end, owner_mark
from suite.servers.place import Place
from suite.servers.refusals import ServerUnusable
from suite.servers.server import Addresses, Kind

RUN_DIR_LABEL, SERVER_LABEL, OWNER_LABEL = "eldercare.run-dir", "eldercare.server", "eldercare.owner"
PATIENCE = 120.0

_creating = threading.Lock()
_guarded = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Contents:
    """What to run; `addresses` gets the host and, by the port inside, the port outside."""

    name: str
    image: str
    image_variable: str
    ports: tuple[int, ...]
    addresses: Callable[[str, Mapping[int, int]], Addresses]
    answers: Callable[[Addresses], bool]
    command: list[str] = field(default_factory=list)
    env: Mapping[str, str] = field(default_factory=dict)
    files: Mapping[str, str] = field(default_factory=dict)


def remove(**labels: str) -> int:
    """Removes the containers that carry all these labels; returns how many."""
    client = DockerClient().client
    wanted = [f"{label}={value}" for label, value in labels.items()]
    found = client.containers.list(all=True, filters={"label": wanted})
    for container in found:
        try:
            container.remove(force=True, v=True)
        except NotFound:
            continue
    client.close()
    return len(found)


class DockerServer:
    kind: Kind = "docker"

    def __init__(self, contents: Contents, place: Place) -> None:
        self.name, self._contents, self._place = contents.name, contents, place
        self._running: DockerContainer | None = None
        self.at = Addresses(url="")

    @property
    def pid(self) -> int | None:
        state: dict[str, Any] = self._container().attrs["State"] if self._running else {}
        return int(state.get("Pid") or 0) or None

    def is_up(self) -> bool:
        return self.pid is not None and self._contents.answers(self.at)

    def start(self) -> list[str]:
        if self._running is None:
            self._create()
        else:
            self._container().start()
        self.at = self._addresses()
        self._wait_ready()
        return []

    def stop(self) -> None:
        if self._running is not None:
            self.thaw()
            self._container().stop(timeout=10)

    def close(self) -> None:
        if self._running is not None:
            self._running.stop()
            self._running = None

    def kill(self) -> None:
        if self.pid is not None:
            self._container().kill()
            self._container().wait()

    def freeze(self) -> None:
        self._container().pause()

    def thaw(self) -> None:
        container = self._container()
        if container.status == "paused":
            container.unpause()

    def restart(self) -> None:
        self.stop()
        self.start()

    def _container(self) -> Container:
        if self._running is None:
            raise ServerUnusable(f"{self.name} was not started")
        container = self._running.get_wrapped_container()
        container.reload()
        return container

    def _create(self) -> None:
        contents = self._contents
        with _creating:  # pulling and naming are not for several threads at once
            _guard_containers()
            labels = {RUN_DIR_LABEL: str(self._place.run_dir), SERVER_LABEL: self.name}
            remove(**labels)
            made = DockerContainer(contents.image, env=dict(contents.env))
            if contents.command:
                made.with_command(list(contents.command))
            made.with_kwargs(labels={**labels, OWNER_LABEL: owner_mark().partition("=")[2]})
            for path, text in contents.files.items():
                made.with_copy_into_container(text.encode(), path)
            self._publish(made)
            try:
                self._running = made.start()
            except DockerException as error:
                raise ServerUnusable(
                    f"{self.name} could not be started from the image {contents.image} ({error}): "
                    f"name another image in {contents.image_variable}"
                ) from error

    def _publish(self, made: DockerContainer) -> None:
        """Ports that stay the same over a restart, of the loopback alone where the engine is this machine's."""
        client = made.get_docker_client()
        mode, here = client.get_connection_mode(), client.host() in {"localhost", "127.0.0.1"}
        for port in self._contents.ports:
            outside = self._place.port(f"{self.name} {port}") if mode.use_mapped_port else None
            if mode is ConnectionMode.docker_host and here:
                made.ports[str(port)] = ("127.0.0.1", outside)  # type: ignore[assignment] # the engine takes a pair too
            else:
                made.ports[str(port)] = outside

    def _addresses(self) -> Addresses:
        assert self._running is not None  # noqa: S101 - only called by start
        host = self._running.get_container_host_ip().replace("localhost", "127.0.0.1")
        outside = {port: self._running.get_exposed_port(port) for port in self._contents.ports}
        return self._contents.addresses(host, outside)

    def _wait_ready(self) -> None:
        deadline = time.monotonic() + PATIENCE
        while not self.is_up():
            container = self._container()
            if container.status == "exited" or time.monotonic() > deadline:
                words = container.logs(tail=15).decode(errors="replace")
                raise ServerUnusable(f"{self.name} is {container.status} in its container:\n{words}")
            time.sleep(0.1)


def _guard_containers() -> None:
    """Our own guard instead of the reaper container: one image less to fetch, and no privileges."""
    global _guarded  # noqa: PLW0603 - one guard a process
    testcontainers_config.ryuk_disabled = True
    if not _guarded:
        at_our_end("suite.servers.remove_containers", owner_mark().partition("=")[2])
        _guarded = True
