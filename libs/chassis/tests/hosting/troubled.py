"""A consuming service whose handlers misbehave, each in its own way; what they do in the right way is retold."""

import os
import sys
from pathlib import Path

from chassis.serve_events import serve  # patches before anything else is loaded

# isort: split
import structlog

from chassis import holding
from chassis.consumer import Consumer
from chassis.database import BOUNDED
from chassis.subscriber import Handlers
from chassis.work import Work
from eldercare.order.v1.events_pb2 import IncidentOpened, OrderPlaced, TaskDone, TaskOpened
from libs.chassis.tests.hosting.consumer import retell
from libs.chassis.tests.telling import LISTENER

log = structlog.get_logger(__name__)
RELEASED = "MADE_UP_RELEASED"


def fail(work: Work, _: TaskOpened) -> None:
    log.info("handler.began", kind="fails")
    raise ValueError("not today")


def compute(work: Work, fact: TaskDone) -> None:
    """Computes and never lets go of the processor, until the test has seen what that leads to."""
    log.info("handler.began", kind="computes")
    while not Path(os.environ[RELEASED]).exists():
        pass
    retell(work, fact)


def ask_at_length(work: Work, _: OrderPlaced) -> None:
    log.info("handler.began", kind="asks")
    work.run("SELECT pg_sleep(600)")


HANDLERS: Handlers = {IncidentOpened: retell, TaskOpened: fail, TaskDone: compute, OrderPlaced: ask_at_length}

if __name__ == "__main__":
    vars(holding)["BOUNDED"] = BOUNDED | {"statement_timeout": os.environ.get("MADE_UP_STATEMENT", "30s")}
    sys.exit(serve([Consumer(service=LISTENER, handlers=HANDLERS)]))
