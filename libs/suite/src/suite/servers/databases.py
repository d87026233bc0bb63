"""One database and its roles a service: an owner that migrates, an app that works, an auditor and a tester."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, fields
from urllib.parse import quote, urlsplit, urlunsplit

import psycopg
from psycopg.sql import SQL, Composed, Identifier, Literal

from suite.servers.start import Servers

# Whatever the server was made with: without UTF-8 texts come back as bytes, and orders differ by language.
_CREATE = SQL("CREATE DATABASE {} OWNER {} TEMPLATE template0 ENCODING 'UTF8' LOCALE_PROVIDER libc LOCALE 'C'")
PROVISIONING = 0x656C6465  # advisory lock: two processes provisioning the same roles take turns
# What migrations grant to and revoke from; a service's roles are members, and CONNECT keeps services apart.
APP, AUDITOR, TESTER = "eldercare_app", "eldercare_auditor", "eldercare_tester"


@dataclass(frozen=True, slots=True, kw_only=True)
class DatabaseUrls:
    """The same database, seen by each of its four roles."""

    owner: str
    app: str
    auditor: str
    tester: str

    def on(self, database: str) -> "DatabaseUrls":
        return DatabaseUrls(**{each.name: with_database(getattr(self, each.name), database) for each in fields(self)})


@dataclass(frozen=True, slots=True, kw_only=True)
class Roles:
    owner: str
    app: str
    auditor: str
    tester: str

    def all(self) -> tuple[str, str, str, str]:
        return self.owner, self.app, self.auditor, self.tester


def with_database(url: str, database: str) -> str:
    return urlunsplit(urlsplit(url)._replace(path=f"/{quote(database)}"))


def roles_of(service: str, prefix: str) -> Roles:
    name = f"{prefix}{service}"
    return Roles(owner=f"{name}_owner", app=name, auditor=f"{prefix}auditor", tester=f"{prefix}tester")


def provision_databases(servers: Servers, services: Sequence[str], *, prefix: str = "") -> dict[str, DatabaseUrls]:
    """Service → its addresses. Safe to call again; passwords are remembered in the run folder."""
    return {service: _provision(servers, service, prefix) for service in services}


def clone_database(servers: Servers, template: str, name: str) -> None:
    """A copy with the same owner and right to connect; connections to the template are ended."""
    with _superuser(servers) as connection:
        _end_connections(connection, template)
        owner, access = _owner_and_access(connection, template)
        connection.execute(
            SQL("CREATE DATABASE {} TEMPLATE {} OWNER {}").format(
                Identifier(name), Identifier(template), Identifier(owner)
            )
        )
        for statement in _connect_only(name, access):
            connection.execute(statement)


def drop_database(servers: Servers, name: str) -> None:
    with _superuser(servers) as connection:
        connection.execute(SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(Identifier(name)))


@contextmanager
def _superuser(servers: Servers, database: str | None = None) -> Iterator[psycopg.Connection]:
    url = servers.postgres_url if database is None else with_database(servers.postgres_url, database)
    with psycopg.connect(url, autocommit=True) as connection:
        yield connection


def _provision(servers: Servers, service: str, prefix: str) -> DatabaseUrls:
    roles, database = roles_of(service, prefix), f"{prefix}{service}"
    with _superuser(servers) as connection:
        connection.execute("SELECT pg_advisory_lock(%s)", (PROVISIONING,))
        urls = {role: _provision_role(servers, connection, role, database) for role in roles.all()}
        for group, member in ((APP, roles.app), (AUDITOR, roles.auditor), (TESTER, roles.tester)):
            _join_group(connection, group, member)
        read_only = SQL("ALTER ROLE {} SET default_transaction_read_only = on").format(Identifier(roles.auditor))
        connection.execute(read_only)
        _provision_database(connection, database, roles)
        with _superuser(servers, database) as inside:
            for statement in _rights(roles):
                inside.execute(statement)
    return DatabaseUrls(
        owner=urls[roles.owner], app=urls[roles.app], auditor=urls[roles.auditor], tester=urls[roles.tester]
    )


def _provision_role(servers: Servers, connection: psycopg.Connection, role: str, database: str) -> str:
    password = servers.place.memory.password(f"database {role}")
    exists = connection.execute("SELECT FROM pg_roles WHERE rolname = %s", (role,)).fetchone() is not None
    verb = SQL("ALTER") if exists else SQL("CREATE")
    connection.execute(SQL("{} ROLE {} LOGIN PASSWORD {}").format(verb, Identifier(role), Literal(password)))
    parts = urlsplit(servers.postgres_url)
    netloc = f"{quote(role, safe='')}:{quote(password, safe='')}@{parts.netloc.rpartition('@')[2]}"
    return urlunsplit(parts._replace(netloc=netloc, path=f"/{quote(database)}"))


def _join_group(connection: psycopg.Connection, group: str, member: str) -> None:
    if connection.execute("SELECT FROM pg_roles WHERE rolname = %s", (group,)).fetchone() is None:
        connection.execute(SQL("CREATE ROLE {} NOLOGIN").format(Identifier(group)))
    connection.execute(SQL("GRANT {} TO {}").format(Identifier(group), Identifier(member)))


def _provision_database(connection: psycopg.Connection, database: str, roles: Roles) -> None:
    if connection.execute("SELECT FROM pg_database WHERE datname = %s", (database,)).fetchone() is None:
        # The grantor must be a member of the role it gives a database to, where it is not a superuser.
        connection.execute(SQL("GRANT {} TO CURRENT_USER").format(Identifier(roles.owner)))
        connection.execute(_CREATE.format(Identifier(database), Identifier(roles.owner)))
    for statement in _connect_only(database, roles.all()):
        connection.execute(statement)


def _connect_only(database: str, roles: Sequence[str]) -> Iterator[Composed]:
    yield SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(Identifier(database))
    for role in roles:
        yield SQL("GRANT CONNECT ON DATABASE {} TO {}").format(Identifier(database), Identifier(role))


def _rights(roles: Roles) -> Iterator[Composed]:
    owner, app, auditor, tester = (Identifier(role) for role in (roles.owner, APP, AUDITOR, TESTER))
    yield SQL("ALTER SCHEMA public OWNER TO {}").format(owner)
    yield SQL("GRANT USAGE ON SCHEMA public TO {}, {}, {}").format(app, auditor, tester)
    yield SQL("GRANT SELECT ON ALL TABLES IN SCHEMA public TO {}, {}").format(auditor, tester)
    for what, rights, who in (
        (SQL("SCHEMAS"), SQL("USAGE"), SQL(", ").join([app, auditor, tester])),
        (SQL("TABLES"), SQL("SELECT"), SQL(", ").join([auditor, tester])),
        (SQL("TABLES"), SQL("SELECT, INSERT, UPDATE, DELETE"), app),
        (SQL("SEQUENCES"), SQL("USAGE, SELECT"), app),
    ):
        yield SQL("ALTER DEFAULT PRIVILEGES FOR ROLE {} GRANT {} ON {} TO {}").format(owner, rights, what, who)


def _end_connections(connection: psycopg.Connection, database: str) -> None:
    connection.execute(
        "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = %s AND pid <> pg_backend_pid()",
        (database,),
    )


def _owner_and_access(connection: psycopg.Connection, database: str) -> tuple[str, list[str]]:
    row = connection.execute(
        "SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = %s", (database,)
    ).fetchone()
    if row is None:
        raise LookupError(f"there is no database {database} to copy")
    may_connect = connection.execute(
        "SELECT pg_get_userbyid(a.grantee) FROM pg_database, aclexplode(datacl) a"
        " WHERE datname = %s AND a.privilege_type = 'CONNECT' AND a.grantee <> 0",
        (database,),
    )
    return str(row[0]), [str(role) for (role,) in may_connect]
