"""Every wrong setting is named at once, by the variable a person can mend."""

from dataclasses import dataclass

import pytest

from chassis.environment import ServiceEnvironment, rpc_targets
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
