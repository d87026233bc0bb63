from __future__ import annotations

from pathlib import Path

from tests.architecture.migrations import numbered_twice
from tests.architecture.source import ROOT


def test_every_migration_has_a_number_of_its_own() -> None:
    folders = [*ROOT.glob("services/*/migrations"), ROOT / "libs/chassis/src/chassis/migrations"]
    assert len(folders) == 6
    assert [line for folder in folders for line in numbered_twice(folder)] == []


def test_a_planted_second_one_is_caught(tmp_path: Path) -> None:
    for name in ("0001_people.sql", "0002_money.sql", "0002_export.sql"):
        (tmp_path / name).touch()
    assert len(list(numbered_twice(tmp_path))) == 2
