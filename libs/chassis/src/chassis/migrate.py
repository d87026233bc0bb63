"""Plain-SQL migrations of a service and of the chassis, applied by dbmate under a database lock."""

import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit


class MigrationFailed(Exception):
    """dbmate refused; the message is what it said, without the address."""


def migrate(url: str, service: str) -> None:
    """Brings a database to this release, as its owner; raises MigrationFailed. Safe to call again."""
    _apply(url, Path(__file__).parent / "migrations", "chassis_migrations")
    _apply(url, migrations_of(service), "service_migrations")


def migrations_of(service: str) -> Path:
    """The folder inside an installed package, or beside the sources of a checkout."""
    spec = find_spec(f"{service}_service")
    if spec is None or spec.origin is None:
        raise MigrationFailed(f"the package {service}_service is not installed")
    package = Path(spec.origin).parent
    installed = package / "migrations"
    return installed if installed.is_dir() else package.parents[1] / "migrations"


def _apply(url: str, folder: Path, table: str) -> None:
    if not any(folder.glob("*.sql")):
        return
    command = [
        str(Path(sys.executable).parent / "dbmate"),
        f"--url={_without_tls_default(url)}",
        f"--migrations-dir={folder}",
        f"--migrations-table={table}",
        "--no-dump-schema",
        "--migration-lock",
        "migrate",
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise MigrationFailed(f"{folder.parent.name}: {done.stderr.strip()}")


def _without_tls_default(url: str) -> str:
    """dbmate asks for TLS unless told otherwise; libpq's own default is to prefer it."""
    parts = urlsplit(url)
    query = dict(parse_qsl(parts.query))
    query.setdefault("sslmode", "disable")
    return urlunsplit(parts._replace(query=urlencode(query)))
