"""Calls: a core that is asked to go while it is called, a core that hangs, a door that is knocked at by strangers."""

import hmac
import json
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from hashlib import sha256
from pathlib import Path
from threading import Event
from uuid import uuid4

import httpx2

from chassis.clock import monotonic, wall_now
from chassis.rpc.client import Refused
from eldercare.order.v1.order_pb2 import Position
from eldercare.order.v1.order_service_pb2 import ListItemsRequest, ReportPositionRequest
from suite import cast
from suite.phone import Phone, as_person, new_request
from suite.processes import Process
from tests.faults.stage import READY_S, Outcome, Row, Stage, Unstaged

CALLERS, CALM_S = 4, 4.0
ASKERS, ANSWER_S = 20, 60.0


def drained(stage: Stage) -> Outcome:
    """One core after the other is asked to stop, politely, while others are asked for what may be repeated."""
    over, phone = Event(), as_person(stage.box.state().rpc, cast.NEAR_WORKER.login, cast.PASSWORD)
    with ThreadPoolExecutor(CALLERS) as hands:
        calling = [hands.submit(_call_until, phone, over) for _ in range(CALLERS)]
        try:
            for turn, _ in enumerate(stage.moments(apart_s=CALM_S)):
                process = stage.processes("core")[turn % len(stage.processes("core"))]
                process.stop()
                process.start()
                process.wait_ready(READY_S)
        finally:
            over.set()
    return _answered(calling)


def _call_until(phone: Phone, over: Event) -> tuple[int, list[str]]:
    """Queries, and commands with their own request_id: how many, and what became of those that failed."""
    made, failed, (lat, lon) = 0, list[str](), cast.NEAR_WORKER.at
    while not over.is_set():
        position = Position(lat=lat, lon=lon, accuracy_m=10)
        report = ReportPositionRequest(request_id=new_request(), position=position)
        asks = partial(phone.catalogue.ListItems, ListItemsRequest()), partial(phone.duties.ReportPosition, report)
        for ask in asks:
            made += 1
            try:
                ask()
            except Refused as refused:
                failed.append(f"{refused.reason}: {refused.sentence}")
    return made, failed


def _answered(calling: Sequence[Future[tuple[int, list[str]]]]) -> Outcome:
    made = sum(each.result()[0] for each in calling)
    failed = [sentence for each in calling for sentence in each.result()[1]]
    return Outcome(lost=len(failed), wrong=failed, seen=f"{made} calls, {len(failed)} failed")


def hung(stage: Stage) -> Outcome:
    """Every core hangs while apps ask through the gateway; each is answered at the gateway's own deadline."""
    base, gateway = stage.box.state().web, stage.box.processes["gateway"]
    told = {"login": cast.OPERATOR.login, "password": cast.PASSWORD}
    key = {"Idempotency-Key": str(uuid4())}
    signed_in = httpx2.post(f"{base}/v1/sessions", json=told, headers=key, timeout=ANSWER_S)
    headers = {"Authorization": f"Bearer {signed_in.json()['token']}"}

    def ask(_: int) -> int:
        return httpx2.get(f"{base}/v1/items", headers=headers, timeout=ANSWER_S).status_code

    with ThreadPoolExecutor(ASKERS) as hands:
        calm = {*hands.map(ask, range(ASKERS))}
        for core in stage.processes("core"):
            core.freeze()
        stuck = {*hands.map(ask, range(ASKERS))}
        began, rounds, threads = monotonic(), 1, _threads(gateway)  # a pool that fills once is no leak
        while rounds == 1 or monotonic() - began < stage.scale.window_s:
            stuck |= {*hands.map(ask, range(ASKERS))}
            rounds += 1
        more = _threads(gateway) - threads
        for core in stage.processes("core"):
            core.thaw()
        again = {*hands.map(ask, range(ASKERS))}
    wrong = [] if (calm, stuck, again) == ({200}, {504}, {200}) else [f"answers {calm}, hung {stuck}, after {again}"]
    wrong += [f"{more} more threads in the gateway"] if more > 0 else []
    return Outcome(wrong=wrong, seen=f"{rounds * ASKERS} asked while nobody answered, all told so")


def _threads(process: Process) -> int:
    return len(list(Path(f"/proc/{process.pid}/task").iterdir()))


def strangers_at_the_door(stage: Stage) -> Outcome:
    """The desk's door: a page replayed, reordered, stale, forged, written anew. A page hangs there once."""
    alarm = f"alarms/{uuid4()}"
    page = {"alarm": alarm, "region": cast.REGION, "kind": "sos_press", "receive_time": "2026-01-01T08:00:00Z"}
    body, now = json.dumps(page).encode(), int(wall_now().timestamp())
    good = _signed(stage, body, now)
    anew = json.dumps(page, indent=1).encode()
    answers = {
        "true": _post(stage, body, good),
        "replayed": _post(stage, body, good),
        "told again later": _post(stage, body, _signed(stage, body, now + 1)),
        "stale": _post(stage, body, _signed(stage, body, now - 3600)),
        "from the future": _post(stage, body, _signed(stage, body, now + 3600)),
        "signature of another time": _post(stage, body, good | {"Eldercare-Timestamp": str(now + 1)}),
        "signed by a stranger": _post(stage, body, good | {"Eldercare-Signature": "0" * 64}),
        "written anew": _post(stage, anew, good),
        "not signed": _post(stage, body, {}),
    }
    taken = {name for name, status in answers.items() if status == 202}
    refused = {name for name, status in answers.items() if status == 401}
    expected = {"true", "replayed", "told again later"}
    wrong = [] if taken == expected and refused == answers.keys() - expected else [f"answers {answers}"]
    return Outcome(wrong=wrong, seen=f"{len(taken)} taken as one page, {len(refused)} refused")


def _signed(stage: Stage, body: bytes, moment: int) -> dict[str, str]:
    secret, timestamp = stage.box.environ["ELDERCARE_PAGER_SECRET"], str(moment)
    signature = hmac.new(secret.encode(), timestamp.encode() + b"." + body, sha256).hexdigest()
    return {"Eldercare-Timestamp": timestamp, "Eldercare-Signature": signature}


def _post(stage: Stage, body: bytes, headers: dict[str, str]) -> int:
    key = {"Idempotency-Key": "page_duty_desk:row 31"}
    answer = httpx2.post(f"{stage.box.state().web}/desk/pages", content=body, headers=key | headers, timeout=ANSWER_S)
    return answer.status_code


ROWS = (
    Row(number=31, what="pages replayed, stale, forged, written anew", play=strangers_at_the_door, small=True),
    Row(number=33, what="cores asked to go while they are called", play=drained),
    Row(number=34, what="cores hang behind the gateway", play=hung),
)
UNSTAGED: tuple[Unstaged, ...] = ()
