"""A package proves itself: whatever was changed, removed or added is named."""

from pathlib import Path

import psycopg
import pytest

from device_service.device.use_cases import release_device
from services.device.tests.export.conftest import Package
from services.device.tests.packages import manifest
from suite.export.verify import Broken, verify
from suite.testing import TestDatabase


@pytest.mark.parametrize(
    ("path", "wrong"),
    [
        ("core/events.ndjson", "lines 1 to 3 are not the bytes that were signed"),
        ("core/alarms.ndjson", "line 1: is not a record in JSON"),
        ("manifest.json", "was not signed by the key it names"),
        ("manifest-sha256.txt", "does not say what the signed manifest says"),
        ("schemas/raw.schema.json", "are not the bytes that were signed"),
    ],
)
def test_a_byte_that_was_changed_is_named(package: Package, spoken: list[bytes], path: str, wrong: str) -> None:
    folder = package()
    text = (folder / path).read_bytes()
    changed = {"core/events.ndjson": (b"71.0", b"91.0"), "core/alarms.ndjson": (b'"kind"', b'kind"')}
    (folder / path).write_bytes(text.replace(*changed.get(path, (b"e", b"f")), 1))
    with pytest.raises(Broken, match=wrong) as broken:
        verify(folder)
    assert str(broken.value).startswith(path)


def test_files_that_are_missing_added_or_signed_by_a_stranger_are_named(
    package: Package, spoken: list[bytes], tmp_path: Path
) -> None:
    folder, strangers = package(), tmp_path / "keys.json"
    strangers.write_text('{"keys": []}')
    with pytest.raises(Broken, match="which is not a trusted key"):
        verify(folder, trusted=strangers)
    (folder / "core" / "more.ndjson").write_text("")
    with pytest.raises(Broken, match=r"core/more.ndjson: is not of this package"):
        verify(folder)
    (folder / "core" / "more.ndjson").unlink()
    (folder / "core" / "raw.ndjson").unlink()
    with pytest.raises(Broken, match=r"core/raw.ndjson: is missing"):
        verify(folder)


def test_a_fact_that_was_removed_is_a_gap(package: Package, worn: str, spoken: list[bytes], db: TestDatabase) -> None:
    with db.work() as work:
        release_device(work, worn)
    with psycopg.connect(db.urls.owner, autocommit=True) as owner:
        owner.execute("DELETE FROM events WHERE aggregate = %s AND sequence = 1", [worn])
    (part,) = (each for each in manifest(package())["extension"]["parts"] if each["type"] == "device_facts")
    assert part["gaps"] == {"holes": 1, "missing": 1, "first": [{"in": worn, "from": 1, "to": 1}]}
