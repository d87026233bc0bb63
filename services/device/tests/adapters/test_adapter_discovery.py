"""Adapters are found by name; one that is broken costs itself and nobody else."""

from importlib.metadata import EntryPoint

from device_service.adapters.contract import ENTRY_POINT_GROUP, Adapter
from device_service.adapters.find import find_adapters
from device_service.adapters.watch import ADAPTER


def point(name: str, value: str) -> EntryPoint:
    return EntryPoint(name=name, value=value, group=ENTRY_POINT_GROUP)


WATCH = point("watch", "device_service.adapters.watch:ADAPTER")


def test_the_watch_adapter_is_installed_with_the_service() -> None:
    found = find_adapters({"watch"})
    assert found.adapters == {"watch": ADAPTER}


def test_the_watch_adapter_fits_the_seam() -> None:
    assert isinstance(ADAPTER, Adapter)
    assert ADAPTER.manifest.api == "1"


def test_a_broken_adapter_is_reported_and_the_others_work() -> None:
    found = find_adapters({"watch", "broken"}, [point("broken", "no_such_vendor_package:ADAPTER"), WATCH])
    assert set(found.adapters) == {"watch"}
    assert [(refused.name, refused.reason) for refused in found.refused] == [("broken", "ADAPTER_BROKEN")]


def test_an_adapter_nobody_allowed_is_not_even_imported() -> None:
    found = find_adapters({"watch"}, [point("stranger", "no_such_vendor_package:ADAPTER"), WATCH])
    assert [(refused.name, refused.reason) for refused in found.refused] == [("stranger", "ADAPTER_NOT_ALLOWED")]


def test_an_object_that_is_no_adapter_is_refused() -> None:
    found = find_adapters({"odd"}, [point("odd", "json:dumps")])
    assert [refused.reason for refused in found.refused] == ["ADAPTER_INCOMPLETE"]


def test_an_allowed_adapter_that_is_not_installed_is_named() -> None:
    found = find_adapters({"watch", "pendant"}, [WATCH])
    assert [(refused.name, refused.reason) for refused in found.refused] == [("pendant", "ADAPTER_NOT_INSTALLED")]
