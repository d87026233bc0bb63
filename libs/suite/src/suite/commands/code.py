"""`eldercare code`: the sign-in code a phone of the recorder got, for a box without real SMS."""

from pathlib import Path

import typer

from chassis.rpc.client import Refused
from eldercare.notify.v1.notify_service_pb2 import GetRecordedCodeRequest
from suite.commands.attach import attached
from suite.phone import as_suite


def run(run_dir: Path, phone: str) -> int:
    """Returns 0, or 1 with a sentence: no code was sent, or real channels carry them."""
    request = GetRecordedCodeRequest(phone=phone.replace(" ", "").replace("-", ""))
    with attached(run_dir) as (state, _):
        suite = as_suite(state.rpc, Path(state.keys))
        try:
            code = suite.notify.GetRecordedCode(request)
        except Refused as refused:
            typer.echo(f"{refused.reason}: {refused.sentence}", err=True)
            return 1
        finally:
            suite.close()
    typer.echo(f"{code.record_time.ToDatetime():%H:%M:%S} UTC  {code.text}")
    return 0
