"""Adapters installed beside this service. One that is broken is reported and skipped, never loaded half."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from importlib.metadata import EntryPoint, entry_points

from device_service.adapters.contract import API, ENTRY_POINT_GROUP, Adapter


@dataclass(frozen=True, slots=True, kw_only=True)
class RefusedAdapter:
    name: str
    reason: str
    sentence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundAdapters:
    adapters: dict[str, Adapter]
    refused: tuple[RefusedAdapter, ...]


def find_adapters(allowed: Collection[str], installed: Iterable[EntryPoint] | None = None) -> FoundAdapters:
    points = entry_points(group=ENTRY_POINT_GROUP) if installed is None else installed
    adapters: dict[str, Adapter] = {}
    refused: list[RefusedAdapter] = []
    for point in sorted(points, key=lambda point: point.name):
        outcome = _load(point) if point.name in allowed else _refuse(point, "ADAPTER_NOT_ALLOWED", "Not on the list.")
        if isinstance(outcome, RefusedAdapter):
            refused.append(outcome)
        else:
            adapters[point.name] = outcome
    refused += _missing(allowed, {*adapters, *(item.name for item in refused)})
    return FoundAdapters(adapters=adapters, refused=tuple(refused))


def _load(point: EntryPoint) -> Adapter | RefusedAdapter:
    try:
        adapter = point.load()
    except Exception as error:
        return _refuse(point, "ADAPTER_BROKEN", f"Importing it failed: {error!r}.")
    if not isinstance(adapter, Adapter):
        return _refuse(point, "ADAPTER_INCOMPLETE", "It lacks manifest, frame, decode or encode.")
    if adapter.manifest.api != API:
        return _refuse(point, "ADAPTER_API_UNKNOWN", f"It speaks api {adapter.manifest.api}, this host speaks {API}.")
    return adapter


def _refuse(point: EntryPoint, reason: str, sentence: str) -> RefusedAdapter:
    return RefusedAdapter(name=point.name, reason=reason, sentence=sentence)


def _missing(allowed: Collection[str], seen: set[str]) -> list[RefusedAdapter]:
    return [
        RefusedAdapter(name=name, reason="ADAPTER_NOT_INSTALLED", sentence="No installed package offers it.")
        for name in sorted(set(allowed) - seen)
    ]
