"""An export on its way, step by step: each call writes what one stream brings, and is done again after a crash."""

import json
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import structlog

from chassis.effects import Effect, Outcome
from chassis.export.package import Written, seal_package
from chassis.export.part import Wanted
from chassis.export.progress import Progress
from chassis.export.reading import is_selected, parts_of, read_some
from chassis.export.serving import Source, stream_some, told
from chassis.export.writing import FilesGone, PartWriter
from chassis.identity import Identity
from chassis.rpc.client import Clients, Refused, purpose
from chassis.work import Work
from device_service.export import store
from device_service.export.use_cases import FORGET, end_export, next_step
from eldercare.export.v1.export_service_pb2 import Part, StreamExportResponse
from eldercare.export.v1.export_service_pb2_grpc import ExportServiceStub

log = structlog.get_logger(__name__)

OWN, OTHERS = "device", ("order", "payment")
PURPOSE = purpose("export")
OWN_PAGES = 100  # of this service's own rows, in one step
Transaction = Callable[[], AbstractContextManager[Work]]


def folder_of(exports: Path, name: str) -> Path:
    return exports / name.rpartition("/")[2]


class ExportSteps:
    """`exports`: the folder all copies of core see."""

    attempts: int | None = 100

    def __init__(
        self, exports: Path, source: Source, clients: Clients, identity: Identity, transaction: Transaction
    ) -> None:
        self._exports, self._source, self._clients = exports, source, clients
        self._identity, self._transaction = identity, transaction

    def delay(self, attempt: int) -> float:
        return min(60.0, 2.0**attempt)

    def ask(self, effect: Effect) -> Outcome | None:
        return None  # a step that nobody knows the end of is done again, from where the one before it ended

    def call(self, effect: Effect) -> Outcome:
        if effect.request["verb"] == FORGET:
            shutil.rmtree(folder_of(self._exports, effect.request["export"]), ignore_errors=True)
            return Outcome.done()
        return self._write_on(effect)

    def _write_on(self, effect: Effect) -> Outcome:
        with self._transaction() as work:
            export = store.find_export(work, effect.request["export"])
        if export is None or export.state != "running":
            return Outcome.done()
        try:
            return self._step(export)
        except Refused as refused:
            return Outcome.later(refused.reason)
        except FilesGone as gone:
            return Outcome.refused(f"FILES_GONE {gone}")
        except OSError as full:
            return Outcome.later(type(full).__name__)

    def settle(self, work: Work, effect: Effect, outcome: Outcome) -> None:
        export = store.find_export(work, effect.request["export"], lock=True)
        if export is not None and export.state == "done" and effect.request["verb"] == FORGET:
            export.state = "expired"
            store.save_export(work, export)
        if export is not None and export.state == "running":
            self._go_on(work, export, outcome)

    def _go_on(self, work: Work, export: store.Export, outcome: Outcome) -> None:
        if outcome.state != "done":
            end_export(work, export, "failed", outcome.reason)
            log.error("export.failed", export=export.name, reason=outcome.reason)
        elif "part" not in outcome.detail:
            end_export(work, export, "done")
        else:
            export.steps += 1
            export.progress[outcome.detail["part"]] = outcome.detail["progress"]
            store.save_export(work, export)
            next_step(work, export, is_last=bool(outcome.detail["is_last"]))

    def _step(self, export: store.Export) -> Outcome:
        folder, wanted = (
            folder_of(self._exports, export.name),
            Wanted(selection=export.selection, until=export.until_time),
        )
        every = [(service, part) for service, parts in self._parts() for part in parts]
        selected = [(service, part) for service, part in every if is_selected(part, wanted)]
        waiting = [each for each in selected if not self._progress(export, *each).is_done]
        if waiting:
            service, part = waiting[0]
            progress = self._write(folder, wanted, service, part, self._progress(export, service, part))
            is_last = progress.is_done and len(waiting) == 1
            plain: dict[str, Any] = json.loads(progress.dump())
            return Outcome.done(part=_key(service, part), progress=plain, is_last=is_last)
        written = [Written(service=each[0], part=each[1], progress=self._progress(export, *each)) for each in selected]
        left_out: dict[str, list[str]] = {}
        for service, part in every:
            if not is_selected(part, wanted):
                left_out.setdefault(service, []).append(part.noun)
        seal_package(folder, wanted, written, left_out, self._identity)
        return Outcome.done(export.name)

    def _parts(self) -> Iterator[tuple[str, Sequence[Part]]]:
        yield OWN, [told(part) for part in self._source.parts]
        for service in OTHERS:
            yield service, parts_of(self._clients.stub(service, ExportServiceStub), service, PURPOSE)

    def _progress(self, export: store.Export, service: str, part: Part) -> Progress:
        row: Mapping[str, Any] | None = export.progress.get(_key(service, part))
        return Progress.load(json.dumps(row)) if row else Progress()

    def _write(self, folder: Path, wanted: Wanted, service: str, part: Part, progress: Progress) -> Progress:
        writer = PartWriter(folder, part, progress)
        try:
            writer.take(self._answers(service, part, wanted, progress.after))
        finally:
            writer.close()
        return writer.progress

    def _answers(
        self, service: str, part: Part, wanted: Wanted, after: Sequence[str]
    ) -> Iterator[StreamExportResponse]:
        """This service reads its own store itself: no call to where it is."""
        if service == OWN:
            pages = iter(range(OWN_PAGES))
            return stream_some(
                self._source, self._source.part(part.noun), wanted, after, lambda: next(pages, None) is not None
            )
        stub = self._clients.stub(service, ExportServiceStub)
        return read_some(stub, service, part.noun, wanted, after, metadata=PURPOSE)


def _key(service: str, part: Part) -> str:
    return f"{service}/{part.noun}"
