"""ApiKeyService of the contract. The secret of a key is in one answer and in no table, not even among the answers."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from google.protobuf.timestamp_pb2 import Timestamp

from chassis.ids import uuid7
from chassis.rpc import Rpc, command, query
from chassis.work import Work
from eldercare.people.v1 import api_key_service_pb2 as api
from eldercare.people.v1.api_key_service_pb2_grpc import ApiKeyServiceServicer
from people_service.api_key import store, use_cases
from people_service.api_key.domain import USUAL_DAYS, ApiKey, drawn_secret
from people_service.api_key.use_cases import Vouch


class ApiKeyRpc(ApiKeyServiceServicer):
    def __init__(self, rpc: Rpc, vouch: Vouch, longest_token: timedelta) -> None:
        self.rpc, self._vouch, self._longest = rpc, vouch, longest_token

    def IssueApiKey(self, request: api.IssueApiKeyRequest, _context: Any) -> api.ApiKey:
        """A repeat gets the first answer, which was stored without the secret."""
        name = f"{request.provider}/apiKeys/{uuid7()}"
        secret = drawn_secret(name)

        def verb(work: Work) -> api.ApiKey:
            life = timedelta(days=request.days or USUAL_DAYS)
            scopes = tuple(request.scopes)
            return _told(use_cases.issue(work, name, secret, provider=request.provider, scopes=scopes, life=life))

        answer = self.rpc.run(request, self._once(request, verb), read_only=False)
        if not isinstance(answer, api.ApiKey):
            raise TypeError("the first answer is of another kind")
        if answer.name == name:
            answer.secret = secret
        return answer

    @query
    def ListApiKeys(self, work: Work, request: api.ListApiKeysRequest) -> api.ListApiKeysResponse:
        keys = store.of_provider(work, request.provider)
        return api.ListApiKeysResponse(api_keys=[_told(key) for key in keys])

    @command
    def RevokeApiKey(self, work: Work, request: api.RevokeApiKeyRequest) -> api.ApiKey:
        return _told(use_cases.revoke(work, request.name))

    @command
    def ExchangeApiKey(self, work: Work, request: api.ExchangeApiKeyRequest) -> api.ProviderToken:
        traded = use_cases.trade(work, request.secret, self._vouch, self._longest)
        return api.ProviderToken(
            token=traded.token,
            expire_time=_stamp(traded.expires_at),
            provider=traded.key.provider,
            scopes=traded.key.scopes,
        )

    def _once(self, request: api.IssueApiKeyRequest, verb: Callable[[Work], api.ApiKey]) -> Callable[[Work], Any]:
        return lambda work: self.rpc.once(work, request, lambda: verb(work))


def _told(key: ApiKey) -> api.ApiKey:
    return api.ApiKey(
        name=key.name,
        scopes=key.scopes,
        create_time=_stamp(key.create_time),
        expire_time=_stamp(key.expire_time),
        revoke_time=_stamp(key.revoke_time),
        last_use_time=_stamp(key.last_use_time),
    )


def _stamp(moment: datetime | None) -> Timestamp | None:
    if moment is None:
        return None
    stamp = Timestamp()
    stamp.FromDatetime(moment)
    return stamp
