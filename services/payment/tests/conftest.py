"""A till of its own for each test; one sandbox process for all of a run, which some of them kill."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from chassis.seal import Seals
from services.payment.tests.cast import DAUGHTER_WEN, GRANNY_WEN, daughter, granny
from services.payment.tests.house import House, open_house
from services.payment.tests.sandbox_process import SandboxProcess
from services.payment.tests.till import Till
from suite.testing import DatabaseFactory


@pytest.fixture(scope="session")
def processor(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SandboxProcess]:
    process = SandboxProcess(tmp_path_factory.mktemp("processor") / "processor.db")
    yield process
    process.kill()


@pytest.fixture
def sandbox(processor: SandboxProcess) -> SandboxProcess:
    """The run's processor, as if nobody had used it before."""
    processor.forget()
    return processor


@pytest.fixture
def till(database: DatabaseFactory, sandbox: SandboxProcess) -> Iterator[Till]:
    opened = Till(database=database("payment"), sandbox=sandbox, processor=sandbox.adapter(), seals=Seals.generate())
    yield opened
    opened.processor.close()


@pytest.fixture
def house(till: Till, tmp_path: Path) -> Iterator[House]:
    """The service over rpc; granny and her daughter, who may pay, are known."""
    till.hears(granny(), about=GRANNY_WEN)
    till.hears(daughter("pay"), about=DAUGHTER_WEN)
    with open_house(till, tmp_path) as opened:
        yield opened
