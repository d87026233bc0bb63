"""A small consuming service: tells in its own journal what it handled, in which order."""

import os
import sys
from pathlib import Path

from chassis.serve_events import serve  # patches before anything else is loaded

# isort: split
from google.protobuf.message import Message

from chassis.consumer import Consumer
from chassis.work import Work
from eldercare.order.v1.events_pb2 import AlarmAttached, IncidentOpened, TaskDone
from eldercare.people.v1.events_pb2 import RegionChanged
from eldercare.people.v1.person_pb2 import Region
from libs.chassis.tests.telling import GATE, LISTENER, TASK_GATE

SHARDS = os.environ.get(f"ELDERCARE_{LISTENER.upper()}_OWN_SHARDS", "")
ENDLESS = Path(os.environ["ENDLESS"])


def retell(work: Work, fact: Message) -> None:
    """Waits while a test holds the gate of all facts, or that of tasks; computes while a test wants that."""
    assert work.event is not None
    while ENDLESS.exists():
        pass
    for gate in (GATE, TASK_GATE) if isinstance(fact, TaskDone) else (GATE,):
        work.run("SELECT pg_advisory_xact_lock_shared(%s)", [gate])
    told = Region(name=work.event.aggregate, version=work.event.sequence, display_name=SHARDS)
    work.publish(RegionChanged(region=told), aggregate="handled")


HANDLERS = {IncidentOpened: retell, AlarmAttached: retell, TaskDone: retell}


if __name__ == "__main__":
    sys.exit(serve([Consumer(service=LISTENER, handlers=HANDLERS)]))
