"""Every wrong setting is named at once, by the variable a person can mend."""

from dataclasses import dataclass
from pathlib import Path

import pytest

from chassis.environment import ServiceEnvironment, rpc_targets, surroundings
from chassis.settings import BadSettings, env, load, load_all


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    name: str = env("MADE_NAME", "what it is called")
    metres: int = env("MADE_METRES", "how far", default=5)
    share: float = env("MADE_SHARE", "how much", default=0.5)
    loud: bool = env("MADE_LOUD", "whether it is heard", default=False)


def test_values_are_typed_and_what_is_not_set_has_its_default() -> None:
    made = load(Made, {"MADE_NAME": "bell", "MADE_METRES": "7", "MADE_LOUD": "yes"})
    assert made == Made(name="bell", metres=7, share=0.5, loud=True)


def test_all_wrong_variables_are_named_at_once_with_what_they_are_for() -> None:
    with pytest.raises(BadSettings) as bad:
        load(Made, {"MADE_METRES": "far", "MADE_SHARE": "half", "MADE_LOUD": "maybe"})
    lines = str(bad.value).splitlines()[1:]
    assert lines == [
        "  MADE_NAME: is not set (what it is called)",
        "  MADE_METRES: 'far' is not a number (how far)",
        "  MADE_SHARE: 'half' is not a number (how much)",
        "  MADE_LOUD: 'maybe' is neither true nor false (whether it is heard)",
    ]


def test_the_settings_of_several_services_are_judged_together() -> None:
    with pytest.raises(BadSettings) as bad:
        load_all([(ServiceEnvironment, "order"), (Made, "order"), (ServiceEnvironment, "notify")], {})
    for name in ("ELDERCARE_ORDER_DATABASE_URL", "ELDERCARE_NOTIFY_AMQP_URL", "MADE_NAME"):
        assert f"  {name}: is not set" in str(bad.value)


def test_addresses_of_other_services_are_found_by_their_names() -> None:
    assert rpc_targets({"ELDERCARE_RPC_PEOPLE": "people:7000", "OTHER": "x"}) == {"people": "people:7000"}


def test_what_an_orchestrator_mounts_as_files_is_read_and_the_environment_wins(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "ELDERCARE_ORDER_AMQP_URL").write_text("amqp://mounted\n")
    (tmp_path / "ELDERCARE_ORDER_DATABASE_URL").write_text("postgresql://mounted")
    (tmp_path / "signing.key").write_text("no variable")
    monkeypatch.setenv("ELDERCARE_SECRETS_DIR", str(tmp_path))
    monkeypatch.setenv("ELDERCARE_ORDER_DATABASE_URL", "postgresql://said")
    found = surroundings()
    assert found["ELDERCARE_ORDER_AMQP_URL"] == "amqp://mounted"
    assert found["ELDERCARE_ORDER_DATABASE_URL"] == "postgresql://said"
    assert "signing.key" not in found
