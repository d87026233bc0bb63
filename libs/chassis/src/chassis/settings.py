"""Environment → frozen, typed settings. Every wrong value is named at start, all at once."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import MISSING, Field, field, fields
from typing import Any, TypeVar, get_type_hints

T = TypeVar("T")


class BadSettings(SystemExit):
    """Settings that are missing or wrong, one line each."""


def env(name: str, doc: str, *, default: Any = MISSING) -> Any:
    """A field read from the environment variable `name`; without a default it is required."""
    metadata = {"env": name, "doc": doc}
    return field(metadata=metadata) if default is MISSING else field(default=default, metadata=metadata)


def load(settings: type[T], environ: Mapping[str, str], *, service: str = "") -> T:
    """Builds the settings; raises BadSettings naming every missing or wrong variable."""
    hints, values, wrong = get_type_hints(settings), {}, []
    for item in fields(settings):  # type: ignore[arg-type]
        try:
            values[item.name] = _value(item, hints[item.name], environ, service)
        except ValueError as bad:
            wrong.append(f"  {_variable(item, service)}: {bad} ({item.metadata['doc']})")
    if wrong:
        raise BadSettings("The settings cannot be used:\n" + "\n".join(wrong))
    return settings(**values)


def load_all(wanted: Sequence[tuple[type[Any], str]], environ: Mapping[str, str]) -> list[Any]:
    """Settings of several classes, each for its service; raises one BadSettings for all that is wrong in any."""
    loaded, wrong = [], []
    for settings, service in wanted:
        try:
            loaded.append(load(settings, environ, service=service))
        except BadSettings as bad:
            wrong.append(str(bad))
    if wrong:
        raise BadSettings("\n".join(dict.fromkeys(wrong)))
    return loaded


def _variable(item: Field[Any], service: str) -> str:
    return str(item.metadata["env"]).replace("{SERVICE}", service.upper())


def _value(item: Field[Any], hint: Any, environ: Mapping[str, str], service: str) -> Any:
    text = environ.get(_variable(item, service))
    if text is None or text == "":
        if item.default is MISSING:
            raise ValueError("is not set")
        return item.default
    return _PARSE.get(hint, str)(text)


def _truth(text: str) -> bool:
    if text.lower() not in {"1", "0", "true", "false", "yes", "no"}:
        raise ValueError(f"{text!r} is neither true nor false")
    return text.lower() in {"1", "true", "yes"}


def _number(kind: type[int] | type[float]) -> Callable[[str], float]:
    def parse(text: str) -> float:
        try:
            return kind(text)
        except ValueError:
            raise ValueError(f"{text!r} is not a number") from None

    return parse


_PARSE: dict[Any, Callable[[str], Any]] = {int: _number(int), float: _number(float), bool: _truth, str: str}
