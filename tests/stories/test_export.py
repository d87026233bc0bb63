"""A story as a successor gets it: from the raw frame to the last fen, in a package that proves itself."""

import io
import json
import re
import tarfile
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx2
import pytest
from typer.testing import CliRunner, Result

from suite import cast
from suite.box import Box
from suite.cli import app
from suite.export.verify import verify
from suite.journals import Journals
from suite.story import Story, Told
from suite.waiting import until


@pytest.fixture(scope="module")
def journals(box: Box) -> Any:
    opened = Journals(box.state().auditors)
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def played(box: Box, journals: Journals) -> Told:
    return Story(box.state(), journals).play()


def eldercare(*words: str) -> Result:
    return CliRunner().invoke(app, ["export", *words])


def lines(folder: Path, noun: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (folder / "core" / f"{noun}.ndjson").read_bytes().splitlines()]


def test_an_elders_story_leaves_whole_and_proves_itself(
    run_dir: Path, played: Told, journals: Journals, tmp_path: Path
) -> None:
    out = tmp_path / "granny"
    made = eldercare("--elder", cast.ELDER.name, "--out", str(out), "--run-dir", str(run_dir))
    assert made.exit_code == 0, made.output
    (alarm,) = (each for each in lines(out, "alarms") if each["correlation"] == played.correlation)
    (incident,) = (each for each in lines(out, "incidents") if alarm["name"] in each["alarms"])
    assert alarm["handed_over_to"] == incident["name"]
    assert incident["name"] in {each["incident"] for each in lines(out, "outcomes")}
    (order,) = (each for each in lines(out, "orders") if each["incident"] == incident["name"])
    (settlement,) = (each for each in lines(out, "settlements") if each["order"] == order["name"])
    assert settlement["price"] == settlement["voucher_part"] + settlement["secure_part"] == played.price_fen
    entries = [each for each in lines(out, "entries") if each["settlement"] == settlement["name"]]
    assert entries
    assert sum(each["amount"] for each in entries) == 0
    assert alarm["frame"] in {each["name"] for each in lines(out, "raw")}
    proven = eldercare("verify", str(out), "--trusted", str(run_dir / "keys" / "trusted.json"))
    assert proven.exit_code == 0, proven.output


def test_a_byte_that_was_changed_is_told_to_who_verifies(run_dir: Path, played: Told, tmp_path: Path) -> None:
    out = tmp_path / "all"
    assert eldercare("--all", "--out", str(out), "--run-dir", str(run_dir)).exit_code == 0
    path = out / "core" / "settlements.ndjson"
    path.write_bytes(path.read_bytes().replace(b'"voucher_part":500', b'"voucher_part":501'))
    proven = eldercare("verify", str(out))
    assert proven.exit_code == 1
    assert re.match(r"core/settlements\.ndjson: lines 1 to \d+ are not the bytes that were signed", proven.output)


def test_a_region_is_given_its_own_and_no_other(run_dir: Path, played: Told, tmp_path: Path) -> None:
    for region, is_there in ((cast.REGION, True), ("regions/elsewhere", False)):
        out = tmp_path / region.rpartition("/")[2]
        made = eldercare("--all", "--region", region, "--out", str(out), "--run-dir", str(run_dir))
        assert made.exit_code == 0, made.output
        for noun in ("alarms", "incidents", "outcomes", "orders", "settlements", "entries", "raw", "order_facts"):
            assert bool(lines(out, noun)) is is_there, noun
        assert eldercare("verify", str(out)).exit_code == 0


@pytest.mark.parametrize("words", [[], ["--all"], ["--all", "--elder", "persons/x", "--out", "x"], ["--out", "x"]])
def test_what_is_not_said_is_asked_for(words: list[str]) -> None:
    assert eldercare(*words).exit_code == 2


def test_a_desk_exports_its_region_through_the_gateway(box: Box, played: Told, tmp_path: Path) -> None:
    desk = signed_in(box.state().web, cast.OPERATOR)
    begun = desk.post("/v1/exports", json={"subject": cast.REGION}, headers={"Idempotency-Key": str(uuid4())})
    assert begun.status_code == 202, begun.text
    path = f"/v1/{begun.json()['name']}"
    done = until(lambda: finished(desk, path), "the export is done")
    assert done["line_count"] > 0
    answer = desk.get(f"{path}/archive")
    assert len(answer.content) == done["archive_bytes"]
    with tarfile.open(fileobj=io.BytesIO(answer.content)) as archive:
        archive.extractall(tmp_path, filter="data")
    assert verify(tmp_path / "export").lines == done["line_count"]
    assert played.correlation in {each["correlation"] for each in lines(tmp_path / "export", "alarms")}
    stranger = signed_in(box.state().web, cast.DAUGHTER)
    for refused in (stranger.get(path), stranger.get(f"{path}/archive")):
        assert refused.status_code == 404


def signed_in(web: str, member: cast.Member) -> httpx2.Client:
    told = {"login": member.login, "password": cast.PASSWORD}
    token = httpx2.post(f"{web}/v1/sessions", json=told, headers={"Idempotency-Key": str(uuid4())}).json()["token"]
    return httpx2.Client(base_url=web, headers={"Authorization": f"Bearer {token}"}, timeout=30)


def finished(desk: httpx2.Client, path: str) -> dict[str, Any] | None:
    job: dict[str, Any] = desk.get(path).json()
    assert job["state"] in {"running", "done"}, job
    return job if job["state"] == "done" else None
