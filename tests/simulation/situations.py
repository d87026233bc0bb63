"""What a timeline came through: facts that were told, calls that were settled, mishaps on the way."""

from typing import Any

# fmt: off
FACTS = (
    "AlarmRaised", "AlarmAttached", "TaskOpened", "IncidentOpened", "IncidentClosed", "ResponsibilityMoved",
    "DutyDeskPaged", "LadderStarted", "NobodyReached", "AnswerGiven", "MessageSent", "OrderPlaced", "OrderOffered",
    "OfferDeclined", "OrderUnanswered", "OrderAccepted", "WorkerDeparted", "WorkerArrived", "ServiceStarted",
    "ServiceCompleted", "OrderConfirmed", "OrderCancelled", "ProviderReleased", "HoldPlaced", "HoldReleased",
    "PaymentSettled",
)
# fmt: on
CALLS = ("open_incident", "start_ladder", "page", "ring", "call", "send", "authorise", "capture", "void")
MISHAPS = (
    "killed at begin",
    "killed at commit",
    "killed at a transaction",
    "killed at ack",
    "frozen at",
    "stalls at",
    "loses its connection at begin",
    "loses its connection at commit",
    "loses its connection in a transaction",
    "meets another transaction",
    "takes too long",
    "no confirm",
    "cannot handle",
    "the call is lost",
    "the answer is lost",
)
ALL = (*FACTS, *CALLS, *MISHAPS)


def seen(suite: Any) -> set[str]:
    """Those of ALL that a timeline came through, once it is over."""
    told, found = "\n".join(what for *_, what in suite.story), set[str]()
    for memory in suite.memories.values():
        found |= {name.rpartition(".")[2] for (name,) in memory.db.execute("SELECT DISTINCT type FROM events")}
        found |= {kind for (kind,) in memory.db.execute("SELECT kind FROM effects WHERE state = 'done'")}
    return found.intersection(ALL) | {each for each in MISHAPS if each in told}
