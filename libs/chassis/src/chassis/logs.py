"""structlog as JSON lines with correlation everywhere. Only codes, counts, times and resource names are printed."""

import logging
import re
import sys
import threading
import traceback
from collections.abc import MutableMapping
from types import TracebackType
from typing import Any

import structlog

Line = MutableMapping[str, Any]
REDACTED = "(redacted)"
# Keys whose values are codes. A resource name or a small number is printed under any key: it says nothing of a person.
ALLOWED = frozenset(
    """event level timestamp logger process service correlation event_id actor type aggregate reason kind key attempt
    state method loop consumer region code address url_host signal queue exchange channel step frame session adapter
    lane policy rule template exception batch table status caused_by""".split()  # noqa: SIM905 - read as a text
)
_CODE = re.compile(r"[A-Za-z0-9_.:/@#,+*=<>\[\]-]{0,300}")
_RESOURCE = re.compile(r"[a-z][a-z-]*(/[A-Za-z0-9_.:-]+)+")
_PHONE = re.compile(r"\+?[0-9][0-9-]{6,}")
_LARGEST_COUNT = 1_000_000_000  # a telephone number is larger


def configure(process: str, *, level: str = "INFO", detail: bool = False) -> None:
    """Sends structlog and the standard library to standard error; `detail` adds what exceptions say."""

    def named(_: Any, __: str, line: Line) -> Line:
        line.setdefault("process", process)
        return line

    def plain(_: Any, __: str, line: Line) -> Line:
        raised = _raised(line.pop("exc_info", None))
        shown = {key: _shown(key, value) for key, value in line.items()}
        return shown if raised is None else shown | {"exception": told(raised, detail=detail)}

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
            foreign_pre_chain=[_template, *shared],
            use_get_message=False,  # a library's own words, without what it puts into them: addresses, passwords
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                named,
                plain,
                structlog.processors.JSONRenderer(ensure_ascii=False),
            ],
        )
    )
    logging.basicConfig(handlers=[handler], level=level, force=True)
    logging.getLogger("nameko").setLevel(logging.ERROR)
    sys.excepthook = lambda _, raised, __: _died(raised)
    threading.excepthook = lambda about: _died(about.exc_value)


def _died(raised: BaseException | None) -> None:
    """What nobody caught goes through the same sieve."""
    structlog.get_logger(__name__).critical("process.failed", exc_info=raised)


def told(raised: BaseException, *, detail: bool = False) -> str:
    """What was raised and where. Its words may hold a name or a row: they are left out unless asked for."""
    said = f"({raised})" if detail else _code_of(raised)
    frames = traceback.extract_tb(raised.__traceback__)[-8:]
    places = " < ".join(
        f"{frame.filename.rpartition('/')[2]}:{frame.lineno} {frame.name}" for frame in reversed(frames)
    )
    cause = raised.__cause__ or (None if raised.__suppress_context__ else raised.__context__)
    after = f" | after {told(cause, detail=detail)}" if cause is not None else ""
    return f"{type(raised).__module__}.{type(raised).__qualname__}{said} at {places}{after}"


def _code_of(raised: BaseException) -> str:
    """The database's own codes say what happened without saying to whom."""
    state, diag = getattr(raised, "sqlstate", None), getattr(raised, "diag", None)
    constraint = getattr(diag, "constraint_name", None)
    return "".join(f"[{code}]" for code in (state, constraint) if code)


def _raised(exc_info: BaseException | tuple[Any, BaseException | None, TracebackType | None] | bool | None) -> Any:
    if isinstance(exc_info, BaseException):
        return exc_info
    if isinstance(exc_info, tuple):
        return exc_info[1]
    return sys.exception() if exc_info else None


def _template(_: Any, __: str, line: Line) -> Line:
    record: logging.LogRecord = line["_record"]
    line["logger"] = record.name
    line["words"] = _Words(line.pop("event"))
    line["event"] = "library.said"
    return line


class _Words(str):
    """A library's message before anything was put into it."""

    __slots__ = ()


def _shown(key: str, value: Any) -> Any:
    if isinstance(value, bool | float | _Words) or value is None:
        return value
    if isinstance(value, int):
        return value if abs(value) < _LARGEST_COUNT else REDACTED
    text = str(value)
    if _RESOURCE.fullmatch(text):
        return text
    return text if key in ALLOWED and _CODE.fullmatch(text) and not _PHONE.fullmatch(text) else REDACTED
