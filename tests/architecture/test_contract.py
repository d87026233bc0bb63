from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from textwrap import dedent

import pytest
from google.protobuf.descriptor_pb2 import FileDescriptorSet

from tests.architecture.contract import (
    a_lane_belongs_to_the_noun,
    events_name_nobody,
    every_change_can_be_repeated,
    every_rpc_has_an_access_rule,
    image_of,
)
from tests.architecture.source import ROOT
from tools.event_catalogue import Shape, shapes

HEAD = 'syntax = "proto3";\npackage eldercare.toy.v1;\nimport "eldercare/event/v1/event.proto";\n'
SERVICE = 'import "eldercare/access/v1/access.proto";\nmessage Toy {}\nservice ToyService { %s }\n'


@pytest.fixture
def toy(tmp_path: Path) -> Callable[[str], FileDescriptorSet]:
    def compiled(text: str) -> FileDescriptorSet:
        for option in ("access", "event"):
            target = tmp_path / f"eldercare/{option}/v1/{option}.proto"
            target.parent.mkdir(parents=True)
            target.write_text((ROOT / "protos" / f"eldercare/{option}/v1/{option}.proto").read_text("utf-8"), "utf-8")
        (tmp_path / "toy.proto").write_text(HEAD + dedent(text), "utf-8")
        return image_of(tmp_path)

    return compiled


def event(name: str, option: str, fields: str = "") -> str:
    return f"message {name} {{ option (eldercare.event.v1.event) = {{{option}}}; {fields} }}\n"


@pytest.mark.parametrize("rule", [a_lane_belongs_to_the_noun, events_name_nobody], ids=lambda rule: rule.__name__)
def test_events_keep_the_promises(rule: Callable[[dict[str, Shape]], Iterator[str]]) -> None:
    assert list(rule(shapes(image_of()))) == []


@pytest.mark.parametrize(
    "rule", [every_rpc_has_an_access_rule, every_change_can_be_repeated], ids=lambda rule: rule.__name__
)
def test_rpcs_keep_the_promises(rule: Callable[[FileDescriptorSet], Iterator[str]]) -> None:
    assert list(rule(image_of())) == []


def test_a_planted_noun_in_two_lanes_is_caught(toy: Callable[[str], FileDescriptorSet]) -> None:
    text = event("ToyMade", 'aggregate: "toys"') + event("ToyLost", 'aggregate: "toys" urgent: true')
    assert list(a_lane_belongs_to_the_noun(shapes(toy(text))))


def test_a_planted_phone_on_the_bus_is_caught(toy: Callable[[str], FileDescriptorSet]) -> None:
    text = "message Owner { string phone = 1; }\n" + event("ToyMade", 'aggregate: "toys"', "Owner owner = 1;")
    assert list(events_name_nobody(shapes(toy(text))))


def test_a_planted_rpc_that_anyone_may_call_is_caught(toy: Callable[[str], FileDescriptorSet]) -> None:
    image = toy(SERVICE % "rpc GetToy(Toy) returns (Toy);")
    assert list(every_rpc_has_an_access_rule(image))
    assert list(every_change_can_be_repeated(image)) == []


def test_a_planted_change_without_request_id_is_caught(toy: Callable[[str], FileDescriptorSet]) -> None:
    assert list(every_change_can_be_repeated(toy(SERVICE % "rpc BreakToy(Toy) returns (Toy);")))
