"""A process as its probes and figures tell it."""

import urllib.error
import urllib.request
from dataclasses import dataclass
from datetime import UTC, datetime

from prometheus_client.parser import text_string_to_metric_families

PATIENCE_S = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class ProcessStatus:
    """`since` is UTC in ISO 8601; `reason` is what liveness or readiness complains of."""

    name: str
    live: bool
    ready: bool
    reason: str
    since: str
    version: str


def process_status(name: str, address: str) -> ProcessStatus:
    """Never raises: a process that does not answer is neither live nor ready."""
    (live, complaint), (ready, missing) = _answer(f"{address}/livez"), _answer(f"{address}/readyz")
    has_figures, text = _answer(f"{address}/metrics")
    since, version = _born(text) if has_figures else ("", "")
    reason = complaint if not live else missing if not ready else ""
    return ProcessStatus(name=name, live=live, ready=ready, reason=reason, since=since, version=version)


def _answer(address: str) -> tuple[bool, str]:
    try:
        with urllib.request.urlopen(address, timeout=PATIENCE_S) as response:  # noqa: S310 - our own process
            return True, response.read().decode()
    except urllib.error.HTTPError as refused:
        return False, refused.read().decode(errors="replace").strip()
    except OSError:
        return False, "does not answer"


def _born(figures: str) -> tuple[str, str]:
    since = version = ""
    for family in text_string_to_metric_families(figures):
        for sample in family.samples:
            if sample.name == "process_start_time_seconds":
                since = datetime.fromtimestamp(sample.value, UTC).isoformat(timespec="seconds")
            elif sample.name == "eldercare_process_info":
                version = sample.labels["version"]
    return since, version
