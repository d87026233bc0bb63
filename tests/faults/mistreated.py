"""A host whose channels do not behave: `python -m tests.faults.mistreated SEED HOST SERVICE…`.

Whatever stands in for a provider of calls and texts fails, is busy, says nothing though it sent, or is called twice.
"""

import sys
from functools import wraps
from importlib import import_module
from random import Random
from typing import Any

from chassis.effects import Outcome

MOODS = ("well", "silent", "sent and silent", "busy", "twice")


def main(seed: str, host: str, *services: str) -> int:
    module, draw = import_module(host), Random(seed)
    recorder = import_module("notify_service.channel.recorder").Recorder
    known = recorder.send

    @wraps(known)
    def send(*given: Any) -> Outcome:
        mood = draw.choice(MOODS)
        if mood == "busy":
            return Outcome.later("busy")
        if mood == "silent":
            raise TimeoutError(mood)
        answer: Outcome = known(*given)
        if mood == "sent and silent":
            raise TimeoutError(mood)
        return known(*given) if mood == "twice" else answer

    recorder.send = send
    ended: int = module.main(services)
    return ended


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
