"""A running device service, what a watch told it, and packages of it."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import grpc
import pytest

from chassis.export.part import Wanted
from chassis.seal import Seals
from chassis.work import Caller
from eldercare.export.v1.export_service_pb2_grpc import ExportServiceStub
from services.device.tests.cast import (
    Wire,
    give_watch,
    press,
)
from suite.export.make import Exporter
from suite.simulated_watch import SimulatedWatch
from suite.testing import RpcFactory, RunningRpc, TestDatabase

SUITE = Caller(subject="services/suite", purpose="test")
OTHER_NUMBER = "7039999999"
Package = Callable[..., Path]


@pytest.fixture
def running(rpc: RpcFactory, db: TestDatabase) -> RunningRpc:
    return rpc("device", db=db)


@pytest.fixture
def seals(running: RunningRpc) -> Seals:
    return running.core.deps.seals


@pytest.fixture
def stub(running: RunningRpc) -> ExportServiceStub:
    return ExportServiceStub(running.channel_as(SUITE))


@pytest.fixture
def package(running: RunningRpc, db: TestDatabase, tmp_path: Path) -> Package:
    """`package(person=…)`: what is selected, as a signed package."""
    made: list[Path] = []

    def export(*, until: datetime | None = None, largest: int = 1 << 20, **selection: str) -> Path:
        folder = tmp_path / f"package-{len(made)}"
        made.append(folder)
        with grpc.insecure_channel(running.address) as channel:
            exporter = Exporter(channel_of=lambda _: channel, identity=running.identity_of("suite"), largest=largest)
            exporter.export(Wanted(selection=selection, until=until or db.now()), folder, ["device"])
        return folder

    return export


@pytest.fixture
def spoken(worn: str, wire: Wire, watch: SimulatedWatch, db: TestDatabase) -> list[bytes]:
    """What Granny Wen's watch has said: a press and two pulses."""
    said = [press(watch, db.now()), watch.heart(71), watch.heart(72)]
    wire.say(*said)
    return said


Measuring = Callable[[int], int]


@pytest.fixture
def measuring(worn: str, db: TestDatabase) -> Measuring:
    """`measuring(700)`: so many pulses of each of six devices, three at a time; returns how many there are."""
    for number in range(5):
        give_watch(db, number=f"704000000{number}")

    def write(each: int) -> int:
        sql = """INSERT INTO observations (id, device, frame, receive_time, event_time, code, value, unit, method,
                                           quality, doubts, archived)
                 SELECT gen_random_uuid(), split_part(d.name, '/', 2)::uuid, gen_random_uuid(),
                        app_now() - (n / 3) * interval '1 second', app_now(), '8867-4', n, '/min', '', 'valid', '',
                        false
                 FROM devices d, generate_series(1, %s) n RETURNING 1"""
        return len(db.rows(sql, each))

    return write
