"""A consumer reads what a later minor release of a producer writes."""

from device_service.handlers import HANDLERS
from eldercare.people.v1.events_pb2 import PersonChanged
from eldercare.people.v1.person_pb2 import Person
from suite.testing import DatabaseFactory

NAME = "persons/11111111-1111-4111-8111-111111111111"
A_FIELD_OF_TOMORROW = bytes([0xFA, 0x3F, 0x05]) + b"later"  # field 1023, length-delimited


def test_a_field_of_tomorrow_is_ignored_and_the_rest_is_understood(database: DatabaseFactory) -> None:
    db = database("device")
    person = Person(name=NAME, region="regions/demo-city", home_cell="wtw3sjq", version=1)
    message = PersonChanged(person=person)
    message.MergeFromString(A_FIELD_OF_TOMORROW)
    db.deliver(HANDLERS, message, aggregate=NAME)
    assert db.set_aside() == []
    row = db.connection.execute("SELECT region FROM persons WHERE name = %s", [NAME]).fetchone()
    assert row is not None
    assert row["region"] == "regions/demo-city"
