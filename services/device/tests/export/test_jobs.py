"""Exports in the background: begun by whom they concern, done through any crash, fetched as one archive, forgotten."""

import io
import tarfile
from itertools import count
from pathlib import Path
from uuid import uuid4

import pytest

from chassis.export.writing import PartWriter
from device_service.export.use_cases import STEP
from device_service.handlers import HANDLERS
from eldercare.device.v1 import export_job_service_pb2 as proto
from eldercare.device.v1.export_job_service_pb2_grpc import ExportJobServiceStub
from eldercare.people.v1.events_pb2 import PersonErased
from services.device.tests.cast import (
    CITY,
    DAUGHTER_WEN,
    DISTRICT,
    GRANNY_WEN,
    UNCLE_BAI,
    introduce,
)
from services.device.tests.export.conftest import Measuring
from services.device.tests.export.jobs import (
    DAUGHTER,
    GARDENER,
    GRANNY,
    HILL_OPERATOR,
    OPERATOR,
    UNCLE,
    As,
    refusal,
    start,
)
from services.device.tests.packages import lines, pulses
from suite.export.verify import verify
from suite.testing import RpcFactory, RunningRpc, TestDatabase


@pytest.fixture
def running(rpc: RpcFactory, db: TestDatabase, tmp_path: Path) -> RunningRpc:
    """device, with order and payment beside it."""
    neighbours = {
        "ELDERCARE_PAYMENT_PROCESSOR_URL": "http://127.0.0.1:1",
        "ELDERCARE_PAYMENT_PROCESSOR_SECRET": "made-up",
    }
    order, payment = rpc("order"), rpc("payment", environ=neighbours)
    own = {
        "ELDERCARE_DEVICE_EXPORTS_DIR": str(tmp_path / "exports"),
        "ELDERCARE_RPC_ORDER": order.address,
        "ELDERCARE_RPC_PAYMENT": payment.address,
    }
    return rpc("device", db=db, environ=own)


@pytest.fixture
def calling(running: RunningRpc) -> As:
    return lambda caller: ExportJobServiceStub(running.channel_as(caller))


def work_on(running: RunningRpc, db: TestDatabase) -> None:
    db.run_effects({STEP: running.core.parts.effects[STEP]})


def fetch(stub: ExportJobServiceStub, name: str, folder: Path, offset: int = 0) -> Path:
    answers = list(stub.DownloadExport(proto.DownloadExportRequest(name=name, offset=offset)))
    assert answers[-1].is_last
    with tarfile.open(fileobj=io.BytesIO(b"".join(answer.data for answer in answers))) as archive:
        archive.extractall(folder, filter="data")
    return folder / "export"


def test_a_job_makes_the_package_and_gives_it_as_one_archive(
    running: RunningRpc, calling: As, spoken: list[bytes], db: TestDatabase, tmp_path: Path
) -> None:
    operator = calling(OPERATOR)
    name = start(operator, DISTRICT)
    work_on(running, db)
    job = operator.GetExport(proto.GetExportRequest(name=name))
    assert job.state == proto.EXPORT_STATE_DONE
    assert {"events", "incidents", "settlements"} <= set(job.done_types)
    folder = fetch(operator, name, tmp_path)
    proven = verify(folder)
    assert (proven.signer, proven.lines) == ("services/device#1", job.line_count)
    assert pulses(folder) == [71.0, 72.0]


def test_an_archive_is_read_on_from_any_byte(
    running: RunningRpc, calling: As, spoken: list[bytes], db: TestDatabase
) -> None:
    operator = calling(OPERATOR)
    name = start(operator, DISTRICT)
    work_on(running, db)

    def read(offset: int) -> bytes:
        request = proto.DownloadExportRequest(name=name, offset=offset)
        return b"".join(answer.data for answer in operator.DownloadExport(request))

    whole = read(0)
    assert len(whole) == operator.GetExport(proto.GetExportRequest(name=name)).archive_bytes
    for offset in (1, 511, 512, 513, 5_000, len(whole) - 1):
        assert read(offset) == whole[offset:]


class Killed(BaseException):
    """The process ends here."""


def test_a_job_whose_process_is_killed_goes_on_where_it_was(
    running: RunningRpc, calling: As, measuring: Measuring, db: TestDatabase, tmp_path: Path
) -> None:
    measured = measuring(700)
    operator = calling(OPERATOR)
    name = start(operator, DISTRICT)
    with pytest.MonkeyPatch.context() as patch:
        die_while_writing(patch)
        for _ in range(3):
            with pytest.raises(Killed):
                work_on(running, db)
            db.push_clock(minutes=2)
    assert operator.GetExport(proto.GetExportRequest(name=name)).line_count > 2_000
    work_on(running, db)
    folder = fetch(operator, name, tmp_path)
    verify(folder)
    assert len(lines(folder, "events")) == measured


def die_while_writing(patch: pytest.MonkeyPatch) -> None:
    """A step is a page, and every 1,300th line is the last thing its process writes."""
    written, append = count(1), PartWriter._append

    def dying(self: PartWriter, line: bytes) -> None:
        append(self, line)
        if next(written) % 1_300 == 0:
            self._file.flush()
            raise Killed

    patch.setattr(PartWriter, "_append", dying)
    patch.setattr("device_service.export.executors.OWN_PAGES", 0)


def test_nobody_exports_what_does_not_concern_them(
    calling: As, spoken: list[bytes], worn: str, db: TestDatabase
) -> None:
    introduce(db, UNCLE_BAI)
    introduce(db, DAUGHTER_WEN, family_of=GRANNY_WEN)
    for caller, subject in (
        (UNCLE, GRANNY_WEN),
        (DAUGHTER, GRANNY_WEN),
        (GRANNY, worn),
        (GRANNY, DISTRICT),
        (HILL_OPERATOR, DISTRICT),
        (HILL_OPERATOR, GRANNY_WEN),
        (GARDENER, DISTRICT),
        (OPERATOR, CITY),
    ):
        assert refusal(start, calling(caller), subject) == "NOT_FOUND", subject
    name = start(calling(OPERATOR), GRANNY_WEN)
    for caller in (UNCLE, HILL_OPERATOR):
        assert refusal(calling(caller).GetExport, proto.GetExportRequest(name=name)) == "NOT_FOUND"
        assert refusal(fetch, calling(caller), name, Path()) == "NOT_FOUND"


def test_an_elder_gets_its_own(
    running: RunningRpc, calling: As, spoken: list[bytes], db: TestDatabase, tmp_path: Path
) -> None:
    granny = calling(GRANNY)
    name = start(granny, GRANNY_WEN)
    work_on(running, db)
    folder = fetch(granny, name, tmp_path)
    assert {line["person"] for line in lines(folder, "raw")} == {GRANNY_WEN}
    purposes = db.rows("SELECT caller, purpose FROM reads WHERE method LIKE '%DownloadExport'")
    assert purposes == [{"caller": GRANNY_WEN, "purpose": "x"}]


def test_what_is_not_done_cannot_be_fetched_and_what_was_cancelled_is_removed(
    running: RunningRpc, calling: As, spoken: list[bytes], db: TestDatabase, tmp_path: Path
) -> None:
    operator = calling(OPERATOR)
    name = start(operator, DISTRICT)
    assert refusal(fetch, operator, name, tmp_path) == "EXPORT_NOT_DONE"
    operator.CancelExport(proto.CancelExportRequest(request_id=str(uuid4()), name=name))
    work_on(running, db)
    assert operator.GetExport(proto.GetExportRequest(name=name)).state == proto.EXPORT_STATE_CANCELLED


def test_a_package_is_kept_for_a_day(
    running: RunningRpc, calling: As, spoken: list[bytes], db: TestDatabase, tmp_path: Path
) -> None:
    operator = calling(OPERATOR)
    name = start(operator, DISTRICT)
    work_on(running, db)
    assert list((tmp_path / "exports").iterdir())
    db.push_clock(hours=25)
    work_on(running, db)
    assert list((tmp_path / "exports").iterdir()) == []
    assert operator.GetExport(proto.GetExportRequest(name=name)).state == proto.EXPORT_STATE_EXPIRED


def test_what_was_exported_before_somebody_was_erased_is_given_to_nobody_after(
    running: RunningRpc, calling: As, spoken: list[bytes], db: TestDatabase, tmp_path: Path
) -> None:
    operator, subjects = calling(OPERATOR), (GRANNY_WEN, DISTRICT)
    done = [start(operator, subject) for subject in subjects]
    work_on(running, db)
    assert len(list((tmp_path / "exports").iterdir())) == 2
    unfinished = [start(operator, subject) for subject in subjects]
    db.deliver(HANDLERS, PersonErased(person=GRANNY_WEN, version=9), aggregate=GRANNY_WEN)
    jobs = [operator.GetExport(proto.GetExportRequest(name=each)) for each in (*done, *unfinished)]
    assert [job.state for job in jobs] == [proto.EXPORT_STATE_EXPIRED] * 2 + [proto.EXPORT_STATE_CANCELLED] * 2
    assert {job.reason for job in jobs} == {"PERSON_ERASED"}
    assert {refusal(fetch, operator, name, tmp_path) for name in done} == {"EXPORT_NOT_DONE"}
    work_on(running, db)
    assert list((tmp_path / "exports").iterdir()) == []


def test_an_export_of_another_person_stays(
    running: RunningRpc, calling: As, spoken: list[bytes], db: TestDatabase, tmp_path: Path
) -> None:
    introduce(db, UNCLE_BAI)
    granny = calling(GRANNY)
    name = start(granny, GRANNY_WEN)
    work_on(running, db)
    db.deliver(HANDLERS, PersonErased(person=UNCLE_BAI, version=9), aggregate=UNCLE_BAI)
    verify(fetch(granny, name, tmp_path))


def test_without_a_folder_nothing_begins(rpc: RpcFactory, db: TestDatabase, spoken: list[bytes]) -> None:
    stub = ExportJobServiceStub(rpc("device", db=db).channel_as(GRANNY))
    assert refusal(start, stub, GRANNY_WEN) == "EXPORTS_SWITCHED_OFF"
