"""Passwords that stand in a log, as they do where a client masks only the first of several addresses."""

from collections.abc import Iterator
from urllib.parse import unquote, urlsplit

from suite.box import Box


def leaks(box: Box) -> Iterator[str]:
    """A sentence for each log in which the password of a server can be read."""
    urls = [url for value in box.environ.values() if "://" in value for url in value.split(";")]
    spoken = {urlsplit(url).password for url in urls} - {None}
    words = {form for password in spoken if password for form in (password, unquote(password))}
    for log in sorted((box.place.run_dir / "logs").glob("*.log")):
        text = log.read_text(errors="replace")
        if any(word in text for word in words):
            yield f"a password stands in {log.name}"
