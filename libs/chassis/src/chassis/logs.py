"""structlog as JSON lines with correlation everywhere; only allow-listed keys are printed."""

import logging
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog

# Codes, counts, times and resource names. Whatever is not here is replaced: a name or a phone cannot slip through.
ALLOWED = frozenset(
    """event level timestamp logger service process correlation event_id actor type aggregate reason kind key attempt
    state method loop consumer region code ms count port address url_host pid signal queue exchange incident order alarm
    device worker person task ladder message channel step lot settlement transfer provider frame session adapter lane
    policy rule ring radius_m candidates template exception exc_info batch table service_name status""".split()
)


def _redact(_: Any, __: str, line: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    return {key: value if key in ALLOWED else "(redacted)" for key, value in line.items()}


def configure(process: str, *, level: str = "INFO") -> None:
    """Sends structlog and the standard library to standard error as JSON lines."""
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.format_exc_info,
                _redact,
                structlog.processors.JSONRenderer(),
            ],
        )
    )
    logging.basicConfig(handlers=[handler], level=level, force=True)
    # nameko prints broker addresses; the second of several would keep its password.
    for name in ("nameko", "kombu", "amqp", "httpx", "httpx2"):
        logging.getLogger(name).setLevel(logging.CRITICAL)
    structlog.contextvars.bind_contextvars(process=process)
