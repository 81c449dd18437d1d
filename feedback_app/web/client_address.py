"""Whom a request comes from: the peer itself, or whoever a trusted proxy passed on."""

from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

from flask import request

from feedback_app.web.request import program

_Address = IPv4Address | IPv6Address


def peer_is_trusted() -> bool:
    """Return whether the request came over from one of FEEDBACK_TRUSTED_PROXIES."""
    peer = _address(request.remote_addr or "")
    return peer is not None and _is_trusted(peer)


def client_address() -> str | None:
    """Return the address of the client, or None where it cannot be told.

    It is the peer's, unless that is a trusted proxy: then the nearest in X-Forwarded-For that is
    not one too. It cannot be told when such a proxy names no client, or something that is no
    address; nor when the peer is this machine and not trusted, most likely a proxy nobody told us
    of. Whoever counts by address must not count everybody as one there.
    """
    peer = _address(request.remote_addr or "")
    if peer is None or (peer.is_loopback and not _is_trusted(peer)):
        return None
    passed_on = request.headers.get("X-Forwarded-For", "").split(",")
    for client in (peer, *map(_address, reversed(passed_on))):
        if client is None or not _is_trusted(client):
            return str(client) if client else None
    return None


def _is_trusted(address: _Address) -> bool:
    networks = map(ip_network, program().settings.trusted_proxies)
    return any(address in network for network in networks)


def _address(text: str) -> _Address | None:
    """Return the address; some proxies write its port behind it. None if there is none."""
    bare = text.strip()
    if bare.startswith("["):
        bare = bare[1:].partition("]")[0]
    elif bare.count(":") == 1:
        bare = bare.partition(":")[0]
    try:
        address = ip_address(bare)
    except ValueError:
        return None
    # A server that listens on both families shows IPv4 inside IPv6.
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return mapped or address
