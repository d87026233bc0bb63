"""Money: one command fifty times at once, three endings that race, a processor that takes it and says nothing."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from random import Random
from uuid import uuid4

from chassis.clock import monotonic, pause, wall_now
from chassis.migrate import migrate
from chassis.rpc.client import Refused
from chassis.seal import Seals
from eldercare.payment.v1.payment_pb2 import Amount, VoucherLot
from eldercare.payment.v1.payment_service_pb2 import GrantVoucherLotRequest
from services.payment.tests.cast import Visit, visit
from services.payment.tests.integration.test_races import fund, race_once
from services.payment.tests.sandbox_process import SandboxProcess
from services.payment.tests.till import Till
from suite import cast
from suite.phone import Phone, as_person
from suite.servers.provision import drop_database, provision_databases
from suite.testing import TestDatabase
from tests.faults.desk import AWAY
from tests.faults.rows.points import dying
from tests.faults.stage import FULL, Outcome, Row, Stage, Unstaged
from tests.support.visit import stamp

TWINS, RACES, VISITS = 50, 10_000, 120
PATIENCE_S, AGAIN_S = 60.0, 0.1
COMMAND = ("command-in-transaction", "command-committed")


def fifty_times_at_once(stage: Stage) -> Outcome:
    """One grant in fifty parallel calls while every core dies in and after its transaction; then the next grant."""
    phones = [as_person(stage.box.state().rpc, cast.OPERATOR.login, cast.PASSWORD) for _ in range(8)]
    before = _granted(stage)  # a desk of another row grants lots of every size
    bodies: list[set[bytes]] = []
    with dying(stage, "core", COMMAND) as hosts, ThreadPoolExecutor(TWINS) as hands:
        while any(host.has_lives_left() for host in hosts):
            request = _grant()
            asked = [hands.submit(_said, phones[n % len(phones)], request) for n in range(TWINS)]
            bodies.append({each.result() for each in asked})
    return _judged(bodies, _granted(stage) - before)


def _grant() -> GrantVoucherLotRequest:
    now = wall_now()
    lot = VoucherLot(
        person=cast.ELDER.name,
        month=now.strftime("%Y-%m"),
        expire_time=stamp(now.replace(year=now.year + 1)),
        granted=Amount(minor=100, asset="CNY"),
        payer_region=cast.CITY,
    )
    return GrantVoucherLotRequest(request_id=str(uuid4()), lot=lot)


def _said(phone: Phone, request: GrantVoucherLotRequest) -> bytes:
    """The same request until somebody answers."""
    began = monotonic()
    while True:
        try:
            return phone.payment.GrantVoucherLot(request).SerializeToString(deterministic=True)
        except Refused as refused:
            if refused.reason not in AWAY or monotonic() - began > PATIENCE_S:
                raise
            pause(AGAIN_S)


def _granted(stage: Stage) -> set[str]:
    db = TestDatabase("payment", stage.box.databases["payment"])
    names = {row["name"] for row in db.rows("SELECT name FROM lots WHERE granted = 100")}
    db.close()
    return names


def _judged(bodies: list[set[bytes]], granted: set[str]) -> Outcome:
    """Every answer names a lot; each lot answered about is there, and no other of that size was granted meanwhile."""
    names = {VoucherLot.FromString(next(iter(each))).name for each in bodies}
    lost, extra = names - granted, granted - names
    unequal = [f"{len(each)} different answers to one command" for each in bodies if len(each) != 1]
    wrong = [*unequal, *(f"lost: {name}" for name in lost), *(f"doubled: {name}" for name in extra)]
    return Outcome(lost=len(lost), doubled=len(extra), wrong=wrong, seen=f"{len(bodies)} commands, {TWINS} times each")


@contextmanager
def _own_database(stage: Stage) -> Iterator[TestDatabase]:
    """Payment's own, apart from the suite's: nobody else writes or audits it."""
    servers, prefix = stage.box.servers, f"row{stage.row}_"
    urls = provision_databases(servers, ["payment"], prefix=prefix)["payment"]
    migrate(urls.owner, "payment")
    db = TestDatabase("payment", urls)
    try:
        yield db
    finally:
        db.close()
        drop_database(servers, f"{prefix}payment")


def endings_race(stage: Stage) -> Outcome:
    """Capture, void and expiry of one hold at once, ten thousand holds in a full window; exactly one wins each."""
    races = round(RACES * stage.scale.window_s / FULL.window_s)
    with _own_database(stage) as db:
        fund(db, 1_000 * races)
        wrong = [sentence for number in range(races) for sentence in race_once(db, number)]
        (off,) = db.rows("SELECT coalesce(sum(amount), 0) AS n FROM entries")
    wrong += [f"the ledger is off by {off['n']}"] if off["n"] else []
    return Outcome(doubled=len(wrong), wrong=wrong, seen=f"{races} holds, 3 endings each")


def processor_killed(stage: Stage) -> Outcome:
    """Visits are held and paid while the processor is killed again and again; then it is asked what it has."""
    with _own_database(stage) as db:
        processor = SandboxProcess(stage.box.place.run_dir / f"processor of row {stage.row}.db")
        till = Till(database=db, sandbox=processor, processor=processor.adapter(timeout_s=1), seals=Seals.generate())
        try:
            return _paid(till, stage.draw)
        finally:
            till.processor.close()
            processor.kill()


def _paid(till: Till, draw: Random) -> Outcome:
    till.payer("tok_ok")
    visits = [visit(cap=6_000) for _ in range(VISITS)]
    for each in visits:
        till.hears(each.accepted())
    _under_kills(till, draw)
    for each in visits:
        till.hears(each.confirmed(6_000))
    _under_kills(till, draw)
    return _reconciled(till, visits)


def _under_kills(till: Till, draw: Random) -> None:
    """Calls go on in another thread; what is unknown is asked about once its time has come."""
    over = threading.Event()
    with ThreadPoolExecutor(1) as hand:
        calling = hand.submit(_call_until, till, over)
        for _ in range(10):
            pause(draw.uniform(0.05, 0.4))
            till.sandbox.kill()
            till.sandbox.start()
        over.set()
        calling.result()


def _call_until(till: Till, over: threading.Event) -> None:
    idle = 0
    while idle < 3 or not over.is_set():
        idle = 0 if till.asks_processor() else idle + 1
        till.waits(minutes=5)


def _reconciled(till: Till, visits: list[Visit]) -> Outcome:
    taken = [each["captured_minor"] for each in till.sandbox.statement()]
    open_calls = till.database.rows("SELECT key, state FROM effects WHERE settled_at IS NULL")
    facts = till.facts()
    wrong = [f"unmatched: {row['key']} is {row['state']}" for row in open_calls] + till.breaches()
    lost = len(visits) - facts.count("PaymentSettled")
    doubled = max(0, len(taken) - len(visits)) + sum(each > 6_000 for each in taken)
    if lost or sum(taken) != 6_000 * len(visits):
        wrong.append(f"{lost} visits unpaid; the processor took {sum(taken)} of {6_000 * len(visits)} fen")
    return Outcome(lost=lost, doubled=doubled, wrong=wrong, seen=f"{len(visits)} visits, processor killed 20 times")


ROWS = (
    Row(number=29, what="one payment command 50 times, core killed", play=fifty_times_at_once),
    Row(number=30, what="capture, void and expiry race", play=endings_race),
    Row(number=32, what="processor killed between charge and answer", play=processor_killed),
)
UNSTAGED: tuple[Unstaged, ...] = ()
