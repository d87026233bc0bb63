"""Every alert fires on the bad series, is silent on the good one, names figures that exist and a page that exists."""

import json
import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.alerts.cases import ALWAYS, CASES, Case
from tools.paths import METRIC_DOCS, ROOT

RULES = ROOT / "deploy" / "alerts" / "eldercare.yaml"
ALERTS: dict[str, dict[str, Any]] = {
    rule["alert"]: rule for group in yaml.safe_load(RULES.read_text("utf-8"))["groups"] for rule in group["rules"]
}
LABEL = re.compile(r"\{\{ \$labels\.(\w+) \}\}")


@pytest.fixture(scope="session")
def promtool() -> str:
    found = shutil.which("promtool", path=f"{ROOT / '.venv-tools' / 'bin'}{os.pathsep}{os.environ['PATH']}")
    assert found, "promtool is missing: tools/setup promtool"
    return found


def test_every_alert_has_a_case_and_every_case_an_alert() -> None:
    assert ALERTS.keys() == {*CASES, ALWAYS}


@pytest.mark.parametrize("name", sorted(ALERTS))
def test_an_alert_names_figures_that_exist_and_a_page_that_exists(name: str) -> None:
    known = set(re.findall(r"^\| `(eldercare_\w+)`", METRIC_DOCS.read_text("utf-8"), re.MULTILINE))
    assert set(re.findall(r"eldercare_[a-z_]+", ALERTS[name]["expr"])) <= known
    assert (ROOT / ALERTS[name]["annotations"]["runbook"]).is_file()
    assert ALERTS[name]["labels"]["severity"] in {"page", "ticket", "none"}


def test_alerts_fire_on_the_bad_and_are_silent_on_the_good(promtool: str, tmp_path: Path) -> None:
    asked = tmp_path / "asked.yaml"
    tests = [each for name, case in CASES.items() for each in (_fires(name, case), _is_silent(name, case))]
    asked.write_text(json.dumps({"rule_files": [str(RULES)], "evaluation_interval": "30s", "tests": tests}), "utf-8")
    done = subprocess.run([promtool, "test", "rules", str(asked)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_promtool_itself_finds_a_case_that_is_wrong(promtool: str, tmp_path: Path) -> None:
    asked = tmp_path / "asked.yaml"
    wrong = _fires("DeadLetters", CASES["DeadLetters"])["alert_rule_test"]
    planted = _test(CASES["DeadLetters"], CASES["DeadLetters"].good, wrong)
    asked.write_text(json.dumps({"rule_files": [str(RULES)], "tests": [planted]}), "utf-8")
    done = subprocess.run([promtool, "test", "rules", str(asked)], capture_output=True, check=False)
    assert done.returncode == 1


def test_the_heartbeat_never_stops(promtool: str, tmp_path: Path) -> None:
    asked = tmp_path / "asked.yaml"
    always = {"input_series": [], "alert_rule_test": [_expected(ALWAYS, {}, "8m")]}
    asked.write_text(json.dumps({"rule_files": [str(RULES)], "tests": [always]}), "utf-8")
    subprocess.run([promtool, "test", "rules", str(asked)], check=True)


def _fires(name: str, case: Case) -> dict[str, Any]:
    return _test(case, case.bad, [_expected(name, dict(case.labels), case.at)])


def _is_silent(name: str, case: Case) -> dict[str, Any]:
    return _test(case, case.good, [{"alertname": name, "eval_time": case.at, "exp_alerts": []}])


def _test(case: Case, values: str, expected: list[dict[str, Any]]) -> dict[str, Any]:
    series = [{"series": name, "values": told} for name, told in ((case.series, values), *case.beside)]
    return {"interval": "1m", "input_series": series, "alert_rule_test": expected}


def _expected(name: str, labels: dict[str, str], at: str) -> dict[str, Any]:
    rule = ALERTS[name]
    told = {key: LABEL.sub(lambda label: labels[label[1]], text) for key, text in rule["annotations"].items()}
    alert = {"exp_labels": rule["labels"] | labels, "exp_annotations": told}
    return {"alertname": name, "eval_time": at, "exp_alerts": [alert]}
