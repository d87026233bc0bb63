"""What the gateway is compared with: FastAPI that asks a grpc.aio echo, nothing checked, nothing read from a store.

`rpc ADDRESS` is the echo, `web ADDRESS RPC` the front.
"""

import asyncio
import sys

import grpc
import uvicorn
from fastapi import FastAPI
from google.protobuf.wrappers_pb2 import StringValue

ECHO = "/bench.Echo/Say"
BODY = "x" * 600  # about what the gateway answers with


async def serve_rpc(address: str) -> None:
    async def say(request: StringValue, _: object) -> StringValue:
        return request

    server = grpc.aio.server()
    handler = grpc.unary_unary_rpc_method_handler(say, StringValue.FromString, StringValue.SerializeToString)
    server.add_generic_rpc_handlers([grpc.method_handlers_generic_handler("bench.Echo", {"Say": handler})])
    server.add_insecure_port(address)
    await server.start()
    await server.wait_for_termination()


async def serve_web(address: str, rpc: str) -> None:
    app = FastAPI()
    channel = grpc.aio.insecure_channel(rpc)
    say = channel.unary_unary(ECHO, StringValue.SerializeToString, StringValue.FromString)

    @app.get("/v1/items")
    async def items() -> dict[str, str]:
        return {"said": (await say(StringValue(value=BODY))).value}

    host, _, port = address.partition(":")
    await uvicorn.Server(uvicorn.Config(app, host=host, port=int(port), log_level="warning", access_log=False)).serve()


if __name__ == "__main__":
    kind, *addresses = sys.argv[1:]
    asyncio.run(serve_rpc(*addresses) if kind == "rpc" else serve_web(*addresses))
