"""A provider's own system in one file: hears of offers, takes them, sends a worker, lists orders and statements.

    python provider_client.py --people HOST:PORT --order HOST:PORT --key-file KEY watch --worker persons/… --state FILE

It needs grpcio and the published contract (`eldercare.*`), nothing else. docs/providers.md explains each call.
"""

from __future__ import annotations

import argparse
import sys
import time
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from uuid import uuid4

import grpc
from google.rpc.error_details_pb2 import ErrorInfo
from google.rpc.status_pb2 import Status

from eldercare.order.v1 import order_service_pb2 as order
from eldercare.order.v1 import provider_service_pb2 as api
from eldercare.order.v1.provider_service_pb2_grpc import ProviderServiceStub
from eldercare.payment.v1.statement_service_pb2 import ListSettlementStatementsRequest
from eldercare.payment.v1.statement_service_pb2_grpc import ProviderStatementServiceStub
from eldercare.people.v1.api_key_service_pb2 import ExchangeApiKeyRequest
from eldercare.people.v1.api_key_service_pb2_grpc import ApiKeyServiceStub

CALL_S = 10
AGAIN_S = 2.0
# Tokens live for 15 minutes, or less when the key ends earlier: a new one every minute is always early enough.
LIFE_S = 60
# A heartbeat comes every 15 s; grpc's own pings notice a line that is dead below it.
KEEPALIVE = [("grpc.keepalive_time_ms", 20_000), ("grpc.keepalive_timeout_ms", 10_000)]


def words_of(language: str) -> Mapping[str, str]:
    return tomllib.loads(Path(__file__).with_name("refusals.toml").read_text("utf-8"))[language]


def reason_of(error: grpc.RpcError) -> str:
    """The name of a refusal; empty when nothing was refused: no line, no time left."""
    info = ErrorInfo()
    for key, value in error.trailing_metadata() or ():
        if key == "grpc-status-details-bin":
            for detail in Status.FromString(value).details:
                detail.Unpack(info)
    return info.reason


class Key:
    """Trades the API key for a token whenever the last one is about to end."""

    def __init__(self, people: grpc.Channel, secret: str) -> None:
        self._people, self._secret = ApiKeyServiceStub(people), secret
        self._token, self._until = "", 0.0

    def metadata(self) -> tuple[tuple[str, str], ...]:
        if time.monotonic() > self._until:
            traded = self._people.ExchangeApiKey(ExchangeApiKeyRequest(secret=self._secret), timeout=CALL_S)
            self._token, self._until = traded.token, time.monotonic() + LIFE_S
        return (("authorization", f"Bearer {self._token}"),)


class System:
    """What the provider's system does with its orders."""

    def __init__(self, key: Key, channel: grpc.Channel, words: Mapping[str, str]) -> None:
        self._key, self._provider, self._words = key, ProviderServiceStub(channel), words

    def news(self, state: Path) -> Iterator[api.WatchOffersResponse]:
        """For ever, over any number of connections. The place is stored after each piece of news was dealt with."""
        while True:
            place = state.read_text() if state.exists() else ""
            try:
                request = api.WatchOffersRequest(resume_token=place)
                for told in self._provider.WatchOffers(request, metadata=self._key.metadata()):
                    if told.news:
                        yield told
                        state.write_text(told.resume_token)
            except grpc.RpcError as error:
                if error.code() in {grpc.StatusCode.UNAUTHENTICATED, grpc.StatusCode.INVALID_ARGUMENT}:
                    raise
                if reason_of(error) == "RESUME_TOKEN_TOO_OLD":
                    self._begin_anew(state)
                    continue
                sys.stderr.write(f"{error.code().name}, again in {AGAIN_S} s\n")
                time.sleep(AGAIN_S)

    def _begin_anew(self, state: Path) -> None:
        """Away for longer than news is kept: what was missed is in the list of orders."""
        for line in self.orders():
            say("LISTED", line)
        state.unlink()

    def take(self, name: str, worker: str) -> bool:
        """The first provider that accepts has the order; whoever lost learns it by name."""
        try:
            accept = order.AcceptOfferRequest(request_id=str(uuid4()), name=name)
            self._provider.AcceptOffer(accept, timeout=CALL_S, metadata=self._key.metadata())
            assign = api.AssignWorkerRequest(request_id=str(uuid4()), name=name, worker=worker)
            self._provider.AssignWorker(assign, timeout=CALL_S, metadata=self._key.metadata())
        except grpc.RpcError as error:
            sys.stderr.write(f"{name}: {self.said(error)}\n")
            return False
        return True

    def said(self, error: grpc.RpcError) -> str:
        """A refusal in the words of the reader; what has no words here, in the service's own."""
        return self._words.get(reason_of(error), error.details())

    def replace(self, name: str, worker: str) -> None:
        """Another worker goes, until the first one is there."""
        request = api.ReplaceWorkerRequest(request_id=str(uuid4()), name=name, worker=worker)
        self._provider.ReplaceWorker(request, timeout=CALL_S, metadata=self._key.metadata())

    def orders(self) -> Iterator[str]:
        page = ""
        while True:
            request = order.ListMyOrdersRequest(page_size=50, page_token=page)
            answer = self._provider.ListMyOrders(request, timeout=CALL_S, metadata=self._key.metadata())
            yield from (f"{each.number} {each.name} {each.state}" for each in answer.orders)
            page = answer.next_page_token
            if not page:
                return


def statements(key: Key, channel: grpc.Channel) -> Iterator[str]:
    stub, page = ProviderStatementServiceStub(channel), ""
    while True:
        request = ListSettlementStatementsRequest(page_size=50, page_token=page)
        answer = stub.ListSettlementStatements(request, timeout=CALL_S, metadata=key.metadata())
        for each in answer.statements:
            yield f"{each.order} {each.price.minor} {each.price.asset}, paid {each.paid.minor}, owed {each.owed.minor}"
        page = answer.next_page_token
        if not page:
            return


def say(*words: str) -> None:
    sys.stdout.write(" ".join(words).rstrip() + "\n")
    sys.stdout.flush()


def watch(system: System, state: Path, worker: str, most: int) -> None:
    """Takes every offer for one worker; `most` pieces of news, or for ever."""
    for count, told in enumerate(system.news(state), start=1):
        say(api.OfferNews.Name(told.news), told.order.name, told.reason)
        if told.news == api.OFFER_NEWS_OFFERED and system.take(told.order.name, worker):
            say("TAKEN", told.order.name)
        if count == most:
            state.write_text(told.resume_token)
            return


def replace(system: System, name: str, worker: str) -> None:
    try:
        system.replace(name, worker)
    except grpc.RpcError as error:
        sys.exit(f"{name}: {system.said(error)}")
    say("REPLACED", name)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    for name in ("--people", "--order", "--payment"):
        parser.add_argument(name, default="127.0.0.1:7000", help="host:port of that service")
    parser.add_argument("--key-file", type=Path, required=True, help="file with the API key; never on a command line")
    parser.add_argument("--language", choices=("en", "zh-CN"), default="en", help="of the sentences of refusals")
    verbs = parser.add_subparsers(dest="verb", required=True)
    verbs.add_parser("orders")
    verbs.add_parser("statements")
    replacing = verbs.add_parser("replace")
    replacing.add_argument("name", help="orders/…")
    replacing.add_argument("--worker", required=True)
    watching = verbs.add_parser("watch")
    watching.add_argument("--worker", required=True)
    watching.add_argument("--state", type=Path, default=Path("provider.state"))
    watching.add_argument("--most", type=int, default=0)
    told = parser.parse_args()
    key = Key(grpc.insecure_channel(told.people), told.key_file.read_text().strip())
    system = System(key, grpc.insecure_channel(told.order, options=KEEPALIVE), words_of(told.language))
    if told.verb == "watch":
        watch(system, told.state, told.worker, told.most)
        return
    if told.verb == "replace":
        replace(system, told.name, told.worker)
        return
    for line in system.orders() if told.verb == "orders" else statements(key, grpc.insecure_channel(told.payment)):
        say(line)


if __name__ == "__main__":
    main()
