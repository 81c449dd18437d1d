"""The client address of a request, behind trusted proxies too."""

from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address, ip_network

from flask import request

from feedback_app.web.request import program

_Address = IPv4Address | IPv6Address


def peer_is_trusted() -> bool:
    """Return whether the peer is one of FEEDBACK_TRUSTED_PROXIES."""
    return is_trusted(request.remote_addr or "", program().settings.trusted_proxies)


@lru_cache(maxsize=1024)
def is_trusted(peer: str, proxies: tuple[str, ...]) -> bool:
    """Return whether `peer` is an address in one of the networks `proxies`."""
    address = parse_address(peer)
    return address is not None and any(address in ip_network(network) for network in proxies)


def client_network() -> str | None:
    """Return the IPv4 address or IPv6 /64 network for which rate limits count a client.

    A subscriber gets at least a /64 and can use every address in it (RFC 6177). None if unknown.
    """
    address = parse_address(client_address() or "")
    return network_of(address) if address else None


def network_of(address: _Address) -> str:
    """Return the address itself for IPv4, and its /64 network for IPv6."""
    if isinstance(address, IPv6Address):
        return str(IPv6Network((int(address), 64), strict=False))
    return str(address)


def client_address() -> str | None:
    """Return the address of the client, or None if it is unknown.

    This is the peer's address. If the peer is a trusted proxy, it is the last address in
    X-Forwarded-For that is not a trusted proxy. It is unknown if that header is missing or
    invalid, or if the peer is an untrusted loopback address, which is probably a proxy missing
    from the settings. Do not count requests per address then: it would lock out everyone.
    """
    peer = parse_address(request.remote_addr or "")
    if peer is None or (peer.is_loopback and not peer_is_trusted()):
        return None
    passed_on = request.headers.get("X-Forwarded-For", "").split(",")
    for client in (peer, *map(parse_address, reversed(passed_on))):
        if client is None or not is_trusted(str(client), program().settings.trusted_proxies):
            return str(client) if client else None
    return None


def parse_address(text: str) -> _Address | None:
    """Return the address in `text` without its port; None if it is not an IP address."""
    bare = text.strip()
    if bare.startswith("["):
        bare = bare[1:].partition("]")[0]
    elif bare.count(":") == 1:
        bare = bare.partition(":")[0]
    try:
        address = ip_address(bare)
    except ValueError:
        return None
    # A server that listens on IPv4 and IPv6 reports IPv4 clients as ::ffff:a.b.c.d.
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return mapped or address
