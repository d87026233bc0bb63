"""The Idempotency-Key header: the request_id of the mutation behind a POST."""

from typing import Annotated
from uuid import UUID

from fastapi import Depends, Header


async def _request_id(
    idempotency_key: Annotated[
        UUID,
        Header(
            alias="Idempotency-Key",
            description="A new UUID for each intended action. The same key with the same content repeats the first "
            "answer; with other content it is refused.",
        ),
    ],
) -> str:
    return str(idempotency_key)


RequestId = Annotated[str, Depends(_request_id)]
