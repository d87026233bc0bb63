"""A small consuming service: tells in its own journal what it handled, in which order."""

import sys

from chassis.serve_events import serve  # patches before anything else is loaded

# isort: split
from chassis.consumer import Consumer
from chassis.work import Work
from eldercare.order.v1.events_pb2 import IncidentOpened, TaskDone
from eldercare.people.v1.events_pb2 import RegionChanged
from eldercare.people.v1.person_pb2 import Region
from libs.chassis.tests.telling import GATE, LISTENER


def retell(work: Work, _: IncidentOpened | TaskDone) -> None:
    """Waits while a test holds the gate."""
    assert work.event is not None
    work.run("SELECT pg_advisory_xact_lock_shared(%s)", [GATE])
    work.publish(RegionChanged(region=Region(name=work.event.aggregate)), aggregate="handled")


if __name__ == "__main__":
    sys.exit(serve([Consumer(service=LISTENER, handlers={IncidentOpened: retell, TaskDone: retell})]))
