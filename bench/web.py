"""The gateway as an app sees it: reads beside a bare echo, and one line told to a thousand open feeds."""

import asyncio
import json
import sys
from datetime import datetime
from functools import partial
from statistics import median

import httpx2

from bench import feeds_open
from bench.house import House
from bench.rounds import Rounds
from bench.row import Row
from bench.watches import Watches
from bench.web_client import Exchange, feeds_of, requests_of
from suite import cast
from suite.percentile import percentile
from suite.servers.ports import free_port

CONNECTIONS = 32
FEEDS = 1_000
PATH = "/v1/items"
# Nobody is counted out: one caller at one address stands for many.
LIMITS = {
    "ELDERCARE_GATEWAY_CALLER_RATE": "0",
    "ELDERCARE_GATEWAY_ADDRESS_RATE": "0",
    "ELDERCARE_GATEWAY_FEEDS_EACH": str(feeds_open.HELD * 2),
}


def measure_reads(house: House, rounds: Rounds) -> list[Row]:
    web, token = house.state.web, _token(house)

    def gateway() -> Exchange:
        return asyncio.run(requests_of(web, PATH, token, rounds.calls * 4, CONNECTIONS))

    turns = rounds.turns(gateway, lambda: _bare(house, rounds.calls * 4))
    ours, bare = ([turn[side] for turn in turns] for side in (0, 1))
    beside = f"GET {PATH} on {CONNECTIONS} kept connections; FastAPI and grpc.aio echo alone"
    return [
        _row("gateway_throughput", "1/s", beside, [each.rate for each in ours], [each.rate for each in bare]),
        _row("gateway_p99", "ms", beside, [_p99(each) for each in ours], [_p99(each) for each in bare]),
    ]


def measure_feeds(house: House, rounds: Rounds) -> list[Row]:
    web, token = house.state.web, _token(house)
    path = f"/v1/live?region={cast.REGION}"
    delays = []
    for number in range(rounds.number):
        heard = asyncio.run(feeds_of(web, path, token, FEEDS, partial(_press, house, number)))
        delays.append(_delays(house, heard))
    told = f"from the line's own row until each of {FEEDS:,} open feeds of a region had it"
    return [
        Row(name="feed_fan_out_p50", value=median(percentile(each, 0.5) for each in delays), unit="ms", beside=told),
        Row(name="feed_fan_out_p99", value=median(percentile(each, 0.99) for each in delays), unit="ms", beside=told),
    ]


def measure_open(house: House) -> list[Row]:
    pid = house.pid_of("gateway")
    path = f"/v1/live?region={cast.REGION}"
    return feeds_open.measure(house.state.web, path, _token(house), pid, partial(_press, house, 0))


def _press(house: House, number: int) -> None:
    with Watches(house.state.watch, [house.homes[number]]) as watch:
        watch.press(1, 1)


def _delays(house: House, heard: list[tuple[int, datetime]]) -> list[float]:
    written = house.lines_written({entry for entry, _ in heard})
    return [(at - written[entry]).total_seconds() * 1000 for entry, at in heard]


def _bare(house: House, number: int) -> Exchange:
    rpc, web = (f"127.0.0.1:{free_port()}" for _ in range(2))
    echo = house.stage.process("echo", [sys.executable, "-m", "bench.web_bare", "rpc", rpc], f"tcp://{rpc}")
    front = house.stage.process("front", [sys.executable, "-m", "bench.web_bare", "web", web, rpc], f"tcp://{web}")
    try:
        for process in (echo, front):
            process.start()
            process.wait_ready()
        return asyncio.run(requests_of(f"http://{web}", PATH, "", number, CONNECTIONS))
    finally:
        for process in (front, echo):
            process.stop()


def _token(house: House) -> str:
    signed = httpx2.post(
        f"{house.state.web}/v1/sessions",
        headers={"Idempotency-Key": "00000000-0000-4000-8000-000000000001"},
        json={"login": cast.OPERATOR.login, "password": cast.PASSWORD},
    )
    return str(json.loads(signed.text)["token"])


def _row(name: str, unit: str, beside: str, ours: list[float], bare: list[float]) -> Row:
    return Row(name=name, value=median(ours), unit=unit, floor=median(bare), beside=beside)


def _p99(exchange: Exchange) -> float:
    return percentile(exchange.waits_ms, 0.99)
