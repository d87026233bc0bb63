"""A virtual host with quorum queues by default, and one narrow user a service."""

import re
from collections.abc import Sequence
from urllib.parse import quote, urlsplit

from suite.servers.management import Management
from suite.servers.start import Servers


def provision_broker(servers: Servers, services: Sequence[str], *, vhost: str) -> dict[str, str]:
    """Service → its AMQP address. Safe to call again; passwords are remembered in the run folder."""
    broker = Management(servers.amqp_management)
    # 3.x knows the first spelling, 4.x the second; each ignores the other.
    broker.put("vhosts", vhost, defaultqueuetype="quorum", default_queue_type="quorum")
    broker.put("permissions", vhost, broker.user, configure=".*", write=".*", read=".*")
    return {service: _provision_user(servers, broker, service, vhost) for service in services}


def drop_broker(servers: Servers, services: Sequence[str], *, vhost: str) -> None:
    broker = Management(servers.amqp_management)
    broker.delete("vhosts", vhost)
    for service in services:
        broker.delete("users", user_name(service, vhost))


def user_name(service: str, vhost: str) -> str:
    return f"{vhost}.{service}"


def _provision_user(servers: Servers, broker: Management, service: str, vhost: str) -> str:
    user = user_name(service, vhost)
    password = servers.place.memory.password(f"broker {user}")
    broker.put("users", user, password=password, tags="")
    own = rf"^{re.escape(service)}\..+$"
    broker.put(
        "permissions",
        vhost,
        user,
        configure=own,
        write=own,
        read=rf"^({re.escape(service)}\..+|[a-z][a-z0-9_-]*\.events)$",  # anyone's exchange may be bound from
    )
    place = urlsplit(servers.amqp_url).netloc.rpartition("@")[2]
    return f"amqp://{quote(user, safe='')}:{quote(password, safe='')}@{place}/{quote(vhost, safe='')}"
