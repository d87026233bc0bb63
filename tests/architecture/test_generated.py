from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.architecture.source import ROOT
from tools.contract import breaking, lint
from tools.event_catalogue import Shape
from tools.event_docs import unknown
from tools.proto import differences, generate
from tools.revisions import reference_revision

TOY = """syntax = "proto3";
package eldercare.toy.v1;
// A toy.
message Toy {
  int64 size = 1;
}
"""


def git(repository: Path, *arguments: str) -> str:
    who = ["-c", "user.name=Nobody", "-c", "user.email=nobody@example.org"]
    done = subprocess.run(["git", *who, *arguments], cwd=repository, capture_output=True, text=True, check=True)
    return done.stdout.strip()


def write_toy(repository: Path, text: str) -> None:
    (repository / "protos/eldercare/toy/v1/toy.proto").write_text(text, "utf-8")


def commit(repository: Path) -> str:
    git(repository, "add", "--all")
    git(repository, "commit", "--quiet", "--allow-empty", "--message", "a change")
    return git(repository, "rev-parse", "HEAD")


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.delenv("AGAINST", raising=False)
    git(tmp_path, "init", "--quiet", "--initial-branch", "main")
    (tmp_path / "protos/eldercare/toy/v1").mkdir(parents=True)
    shutil.copy(ROOT / "protos/buf.yaml", tmp_path / "protos/buf.yaml")
    write_toy(tmp_path, TOY)
    return tmp_path


@pytest.fixture
def scratch(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("scratch")


def test_the_first_contract_has_nothing_to_break(repository: Path, scratch: Path) -> None:
    assert reference_revision(repository, "protos") is None
    commit(repository)
    assert reference_revision(repository, "protos") is None
    assert breaking(repository, scratch) == 0


def test_an_uncommitted_change_is_held_against_the_last_commit(repository: Path) -> None:
    commit(repository)
    write_toy(repository, TOY.replace("size", "length"))
    assert reference_revision(repository, "protos") == "HEAD"


def test_main_is_held_against_the_contract_before_its_last_change(repository: Path) -> None:
    first = commit(repository)
    write_toy(repository, TOY.replace("size", "length"))
    commit(repository)
    (repository / "README.md").write_text("about something else", "utf-8")
    commit(repository)
    assert reference_revision(repository, "protos") == first


def test_a_branch_is_held_against_where_it_left_main(repository: Path) -> None:
    left = commit(repository)
    git(repository, "checkout", "--quiet", "-b", "work")
    for name in ("length", "width"):
        write_toy(repository, TOY.replace("size", name))
        commit(repository)
    assert reference_revision(repository, "protos") == left


def test_a_planted_breaking_change_is_caught(repository: Path, scratch: Path) -> None:
    commit(repository)
    assert breaking(repository, scratch) == 0
    write_toy(repository, TOY.replace("int64", "string"))
    assert breaking(repository, scratch) != 0
    write_toy(repository, TOY.replace("size = 1;", "size = 1;\n  string colour = 2;"))
    assert breaking(repository, scratch) == 0


def test_a_planted_badly_named_field_is_caught(repository: Path, scratch: Path) -> None:
    assert lint(repository, scratch) == 0
    write_toy(repository, TOY.replace("size", "toySize"))
    assert lint(repository, scratch) != 0


def test_stale_generated_code_is_caught(repository: Path, scratch: Path) -> None:
    committed, fresh = scratch / "committed", scratch / "fresh"
    committed.mkdir()
    fresh.mkdir()
    generate(repository / "protos", committed)
    generate(repository / "protos", fresh)
    assert differences(fresh, committed) == []
    write_toy(repository, TOY.replace("size", "length"))
    generate(repository / "protos", fresh)
    (committed / "eldercare/toy/v1/gone_pb2.py").write_text("", "utf-8")
    stale = "\n".join(differences(fresh, committed))
    assert "differs   eldercare/toy/v1/toy_pb2.py" in stale
    assert "left over eldercare/toy/v1/gone_pb2.py" in stale


def toy_event(name: str, *, journal_only: bool) -> Shape:
    full_name = f"eldercare.toy.v1.{name}"
    return Shape(full_name=full_name, comment="", fields=(), aggregate="toys", urgent=False, journal_only=journal_only)


def test_a_planted_handler_of_an_event_nobody_publishes_is_caught() -> None:
    made, kept = toy_event("ToyMade", journal_only=False), toy_event("ToyKept", journal_only=True)
    found = {made.full_name: made, kept.full_name: kept}
    typo = "eldercare.toy.v1.Typo"
    assert unknown(found, {made.full_name: ["order"]}) == []
    assert unknown(found, {kept.full_name: ["order"], typo: ["order"]}) == [kept.full_name, typo]
