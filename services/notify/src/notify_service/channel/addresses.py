"""Where a webhook may go: a public address, resolved once and kept for the call, so that a name cannot be rebound."""

from __future__ import annotations

import socket
from dataclasses import dataclass
from ipaddress import IPv6Address, ip_address, ip_network
from urllib.parse import urlsplit, urlunsplit

# NAT64 and 6to4 carry an IPv4 address inside, which may be one of our own.
CARRIERS = tuple(ip_network(each) for each in ("64:ff9b::/96", "2002::/16"))


class AddressNotAllowed(Exception):
    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    pinned_url: str
    host: str
    host_header: str


def resolve(url: str, *, private_allowed: bool) -> Target:
    """Raises AddressNotAllowed, or OSError when the name is not known."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    if parts.scheme != "https" and not private_allowed:
        raise AddressNotAllowed("webhook_needs_https")
    if not host or parts.username:
        raise AddressNotAllowed("webhook_address_unusable")
    port = parts.port or (443 if parts.scheme == "https" else 80)
    found = sorted({str(entry[4][0]) for entry in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)})
    if not private_allowed and not all(_is_public(address) for address in found):
        raise AddressNotAllowed("webhook_address_private")
    address = f"[{found[0]}]" if ":" in found[0] else found[0]
    pinned = urlunsplit((parts.scheme, f"{address}:{port}", parts.path or "/", parts.query, ""))
    return Target(pinned_url=pinned, host=host, host_header=parts.netloc)


def _is_public(text: str) -> bool:
    address = ip_address(text)
    if isinstance(address, IPv6Address) and address.is_site_local:
        return False
    return address.is_global and not address.is_multicast and not any(address in each for each in CARRIERS)
