"""One rpc is one transaction: checked, claimed by request_id, answered once."""

from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass
from functools import wraps
from typing import Any, TypeVar, overload

import psycopg
import structlog
from google.protobuf import symbol_database
from google.protobuf.message import Message

from chassis.access import Relate, check
from chassis.context import Caller, Context
from chassis.database import Database
from chassis.identity import Identity
from chassis.refusal import Refusal
from chassis.seal import Seals
from chassis.work import Work
from eldercare.access.v1.access_pb2 import Access


class RequestIdReused(Refusal):
    status = "ALREADY_EXISTS"
    sentence = "This request_id was used for another request. Use a new one."


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """The call that is running: set by the server, read by `command` and `query`."""

    method: str
    access: Access
    caller: Caller
    correlation: str
    traceparent: str


running: ContextVar[Call] = ContextVar("running")
R = TypeVar("R", bound=Message)
COLLISIONS = 3
log = structlog.get_logger(__name__)


class Rpc:
    """What the servicers of one service share."""

    def __init__(self, service: str, database: Database, identity: Identity, relate: Relate, seals: Seals) -> None:
        self.service, self.database, self.identity, self.relate = service, database, identity, relate
        self._seals = seals

    def _fingerprint(self, call: Call, request: Message) -> bytes:
        """Tells two requests apart and nothing of what is in them: a password must not be guessed from it."""
        return self._seals.blind(request.SerializeToString(deterministic=True), field=call.method)

    def run(self, request: Message, verb: Callable[[Work], Message], *, read_only: bool) -> Message:
        """Runs a verb; one that met another transaction on its way is rolled back whole and done again at once."""
        for _ in range(COLLISIONS):
            try:
                return self._run(request, verb, read_only=read_only)
            except (psycopg.errors.DeadlockDetected, psycopg.errors.SerializationFailure):
                log.info("call.redone", method=running.get().method)
        return self._run(request, verb, read_only=read_only)

    def _run(self, request: Message, verb: Callable[[Work], Message], *, read_only: bool) -> Message:
        """In one transaction. A refusal that says so (`commits`) keeps what was written before it."""
        call = running.get()
        with self.database.transaction(_context(call, request), caller=call.caller, read_only=read_only) as work:
            check(work, call.access, request, call.caller, self.relate)
            try:
                return verb(work)
            except Exception as refused:
                if not getattr(refused, "commits", False):
                    raise
                refusal = refused
        raise refusal

    def admit(self, request: Message) -> Message | None:
        """Before anything is prepared for a call: whether the caller may, and the first answer if there is one."""
        call = running.get()
        with self.database.transaction(_context(call, request), caller=call.caller, read_only=True) as work:
            check(work, call.access, request, call.caller, self.relate)
            return self._first_answer(work, request)

    def once(self, work: Work, request: Message, verb: Callable[[], R]) -> Message:
        """The first answer to a request_id is the only answer."""
        call = running.get()
        request_id = getattr(request, "request_id", "")
        if not request_id:
            return verb()
        claimed = work.run(
            """INSERT INTO requests (caller, request_id, method, fingerprint) VALUES (%s, %s, %s, %s)
               ON CONFLICT DO NOTHING""",
            [call.caller.subject, request_id, call.method, self._fingerprint(call, request)],
        )
        if not claimed and (first := self._first_answer(work, request)) is not None:
            return first
        try:
            answer = verb()
        except Exception as refused:
            if getattr(refused, "commits", False):  # what it wrote stays; like any refusal it is given anew to a repeat
                work.run(
                    "DELETE FROM requests WHERE caller = %s AND request_id = %s", [call.caller.subject, request_id]
                )
            raise
        stored = answer.DESCRIPTOR.full_name.encode() + b"\0" + answer.SerializeToString()
        work.run(
            "UPDATE requests SET answer = %s WHERE caller = %s AND request_id = %s",
            [stored, call.caller.subject, request_id],
        )
        return answer

    def _first_answer(self, work: Work, request: Message) -> Message | None:
        call, request_id = running.get(), getattr(request, "request_id", "")
        row = work.one(
            "SELECT fingerprint, answer FROM requests WHERE caller = %s AND request_id = %s",
            [call.caller.subject, request_id or None],
        )
        if row is None:
            return None
        if bytes(row["fingerprint"]) != self._fingerprint(call, request):
            raise RequestIdReused(request_id=request_id)
        name, _, body = bytes(row["answer"]).partition(b"\0")
        answer: Message = symbol_database.Default().GetSymbol(name.decode())()
        answer.ParseFromString(body)
        return answer


def _context(call: Call, request: Message) -> Context:
    request_id = getattr(request, "request_id", "")
    return Context(
        correlation=call.correlation,
        causation=f"requests/{request_id}" if request_id else "",
        actor=call.caller.subject,
        traceparent=call.traceparent,
    )


Servicer = Callable[..., Any]


@overload
def command(verb: Servicer) -> Servicer: ...
@overload
def command(*, prepare: str = "", keeps_answer: bool = True) -> Callable[[Servicer], Servicer]: ...
def command(
    verb: Servicer | None = None, *, prepare: str = "", keeps_answer: bool = True
) -> Servicer | Callable[[Servicer], Servicer]:
    """A mutation. `prepare` names a method run before the transaction, which may call other services. An answer that
    holds a secret is not kept for a repeat: the verb itself then makes repeats harmless."""

    def decorate(verb: Servicer) -> Servicer:
        @wraps(verb)
        def handle(self: Any, request: Message, _: Any) -> Message:
            rpc: Rpc = self.rpc
            if prepare and (first := rpc.admit(request)) is not None:
                return first
            prepared = (getattr(self, prepare)(request, running.get().caller),) if prepare else ()

            def answer(work: Work) -> Message:
                made: Message = verb(self, work, request, *prepared)
                return made

            once = (lambda work: rpc.once(work, request, lambda: answer(work))) if keeps_answer else answer
            return rpc.run(request, once, read_only=False)

        return handle

    return decorate if verb is None else decorate(verb)


def query(verb: Servicer) -> Servicer:
    """A read. Sensitive ones are logged with their purpose."""

    @wraps(verb)
    def handle(self: Any, request: Message, _: Any) -> Message:
        call, rpc = running.get(), self.rpc

        def read(work: Work) -> Message:
            if call.access.sensitive:
                _log_read(work, call, request)
            answer: Message = verb(self, work, request)
            return answer

        return rpc.run(request, read, read_only=not call.access.sensitive)  # type: ignore[no-any-return]

    return handle


def _log_read(work: Work, call: Call, request: Message) -> None:
    """A line for each object."""
    named = getattr(request, call.access.object, "") if call.access.object else ""
    work.run(
        """INSERT INTO reads (caller, method, object, purpose, correlation)
           SELECT %s, %s, name, %s, %s FROM unnest(%s::text[]) AS name""",
        [
            call.caller.subject,
            call.method,
            call.caller.purpose,
            call.correlation,
            [named] if isinstance(named, str) else list(named),
        ],
    )
