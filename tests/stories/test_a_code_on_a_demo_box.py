"""On a box without real SMS somebody new signs in by phone: whoever runs the box reads the code aloud."""

from pathlib import Path
from uuid import uuid4

import httpx2

from suite import cast
from suite.box import Box
from tests.support import codes


def test_the_daughter_signs_in_with_the_code_the_operator_reads(box: Box, run_dir: Path) -> None:
    nobodys = codes.asked(run_dir, "+8600000009999")
    assert (nobodys.exit_code, "NO_CODE_SENT" in nobodys.output) == (1, True)
    asked = post(box, "codes", {"phone": cast.DAUGHTER.phone})
    shown = codes.code_for(run_dir, cast.DAUGHTER.phone)
    opened = post(box, "code", {"challenge": asked["challenge"], "code": shown})
    assert opened["person"] == cast.DAUGHTER.name


def post(box: Box, path: str, told: dict[str, str]) -> dict[str, str]:
    key = {"Idempotency-Key": str(uuid4())}
    answer = httpx2.post(f"{box.state().web}/v1/sessions/{path}", json=told, headers=key, timeout=30)
    assert answer.is_success, answer.text
    body: dict[str, str] = answer.json()
    return body
