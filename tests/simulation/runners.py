"""What the core processes run: made when it first has something to do, gone when its process dies."""

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from chassis.core import Parts
from chassis.effect_runner import EffectRunner
from chassis.relay import Relay
from chassis.retries import SetAsideRunner
from chassis.subscriber import Handlers, Subscriber
from chassis.timers import TimerRunner
from tests.simulation.processes import Process


@dataclass(slots=True)
class _Built:
    parts: Parts | None = None
    runners: dict[str, Any] = field(default_factory=dict)


class Runners:
    """Of most processes few threads ever have something to do."""

    def __init__(self, parts_of: Callable[[str], Parts], handlers: Mapping[str, Handlers]) -> None:
        self._parts_of, self._handlers = parts_of, handlers
        self._built: defaultdict[Process, _Built] = defaultdict(_Built)

    def forget(self, process: Process) -> None:
        self._built.pop(process, None)

    def parts(self, process: Process, service: str) -> Parts:
        built = self._built[process]
        if built.parts is None:
            built.parts = self._parts_of(service)
        return built.parts

    def of(self, process: Process, service: str, kind: str) -> Any:
        runners = self._built[process].runners
        if kind not in runners:
            runners[kind] = self._made(process, service, kind)
        return runners[kind]

    def _made(self, process: Process, service: str, kind: str) -> Any:
        match kind:
            case "relay":
                return Relay(service, service, service)
            case "timers":
                return TimerRunner(service, service, self.parts(process, service).timers)
            case "effects":
                return EffectRunner(service, service, self.parts(process, service).effects)
            case _:
                return SetAsideRunner(service, Subscriber(service, self._handlers[service]))
