from __future__ import annotations

from pathlib import Path

import pytest

from tests.architecture.migrations import keeps_writers_waiting, numbered_twice
from tests.architecture.source import ROOT

FOLDERS = [*ROOT.glob("services/*/migrations"), ROOT / "libs/chassis/src/chassis/migrations"]


def test_every_migration_has_a_number_of_its_own() -> None:
    assert len(FOLDERS) == 6
    assert [line for folder in FOLDERS for line in numbered_twice(folder)] == []


def test_a_planted_second_one_is_caught(tmp_path: Path) -> None:
    for name in ("0001_people.sql", "0002_money.sql", "0002_export.sql"):
        (tmp_path / name).touch()
    assert len(list(numbered_twice(tmp_path))) == 2


def test_no_migration_keeps_writers_waiting() -> None:
    assert [line for folder in FOLDERS for line in keeps_writers_waiting(folder)] == []


@pytest.mark.parametrize(
    "planted",
    [
        "-- migrate:up\nCREATE INDEX visits_time ON visits (start_time);",
        "-- migrate:up\nCREATE INDEX CONCURRENTLY IF NOT EXISTS visits_time ON visits (start_time);",
        "-- migrate:up transaction:false\nCREATE UNIQUE INDEX CONCURRENTLY visits_time ON visits (start_time);",
        "-- migrate:up transaction:false\nCREATE INDEX CONCURRENTLY IF NOT EXISTS a ON visits (a);\nSELECT 1;",
        "-- migrate:up\nALTER TABLE visits ADD CONSTRAINT long CHECK (minutes > 0);",
        "-- migrate:up\nALTER TABLE visits ADD COLUMN plan text REFERENCES plans;",
        "-- migrate:up\nALTER TABLE visits ADD CHECK (m > 0) NOT VALID;\nALTER TABLE visits VALIDATE CONSTRAINT long;",
    ],
)
def test_a_planted_one_that_does_is_caught(tmp_path: Path, planted: str) -> None:
    (tmp_path / "0001_visits.sql").write_text(planted)
    assert len(list(keeps_writers_waiting(tmp_path))) == 1


@pytest.mark.parametrize(
    "well",
    [
        "-- migrate:up\nCREATE TABLE visits (m int CHECK (m > 0));\nCREATE INDEX visits_m ON visits (m);",
        "-- migrate:up transaction:false\nCREATE INDEX CONCURRENTLY IF NOT EXISTS visits_m ON visits (m);",
        "-- migrate:up\nALTER TABLE visits ADD CONSTRAINT long CHECK (m > 0) NOT VALID;",
        "-- migrate:up\nALTER TABLE visits VALIDATE CONSTRAINT long;",
        "-- migrate:up\nALTER TABLE visits ADD COLUMN note text NOT NULL DEFAULT '';",
    ],
)
def test_one_that_lets_them_write_passes(tmp_path: Path, well: str) -> None:
    (tmp_path / "0001_visits.sql").write_text(well)
    assert list(keeps_writers_waiting(tmp_path)) == []
