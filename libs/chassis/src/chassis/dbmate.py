"""dbmate, which applies migrations that a database has not seen and remembers their numbers."""

import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

_TIMED_OUT = "lock timeout"


class DbmateFailed(Exception):
    """The message is what it said, without the address."""

    @property
    def has_waited(self) -> bool:
        """For another's lock, as long as it may. A server that speaks another language does not say so."""
        return _TIMED_OUT in str(self)


def apply(url: str, table: str, migrations: Sequence[Path], *, application: str, lock_wait_s: float) -> None:
    """These files and no others."""
    spoken = {"application_name": application, "lock_timeout": str(max(1, round(lock_wait_s * 1000)))}
    with TemporaryDirectory() as folder:
        for path in migrations:
            shutil.copy(path, folder)
        command = [
            str(Path(sys.executable).parent / "dbmate"),
            f"--url={_told(url, spoken)}",
            f"--migrations-dir={folder}",
            f"--migrations-table={table}",
            "--no-dump-schema",
            "--migration-lock",
            "migrate",
        ]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise DbmateFailed(done.stderr.strip())


def _told(url: str, spoken: dict[str, str]) -> str:
    """dbmate asks for TLS unless told otherwise; libpq's own default is to prefer it."""
    parts = urlsplit(url)
    query = {"sslmode": "disable"} | dict(parse_qsl(parts.query)) | spoken
    return urlunsplit(parts._replace(query=urlencode(query)))
