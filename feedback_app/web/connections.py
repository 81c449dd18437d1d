"""Open connections by client, with limits for number, memory and time.

A client at its limit can replace connections that wait for another request. When all clients
together have too many, those with the most lose their oldest, so a flood displaces itself.
"""

import logging
import time
from collections import defaultdict
from collections.abc import Iterable
from ipaddress import ip_network
from typing import Any

from waitress.channel import HTTPChannel
from waitress.task import ErrorTask, WSGITask

from feedback_app.web.client_address import network_of, parse_address
from feedback_app.web.request_parser import RequestParser

# For the header of a request, and then for its body.
HEADER_SECONDS = 10
BODY_SECONDS = 30
_RESPONSE_SECONDS = 300
# All request bodies that are held in memory at the same time, and how often that is checked.
HELD_BYTES = 32 * 1024 * 1024
_CHECK_AFTER_BYTES = 4 * 1024 * 1024
_LOG_AGAIN_SECONDS = 600
_OWN = ("127.0.0.1", "::1")

log = logging.getLogger(__name__)


class _ErrorTask(ErrorTask):  # type: ignore[misc]
    def execute(self) -> None:
        self.response_headers.extend(self.channel.server.error_headers)
        super().execute()


class _Task(WSGITask):  # type: ignore[misc]
    def build_response_header(self) -> bytes:
        if self.channel.connections.stopping_since:
            self.request.headers["CONNECTION"] = "close"
        header: bytes = super().build_response_header()
        return header


class Channel(HTTPChannel):  # type: ignore[misc]
    """A connection that knows its client and when its current request began."""

    parser_class = RequestParser
    task_class = _Task
    error_task_class = _ErrorTask

    def __init__(self, server: Any, sock: Any, peer: Any, adj: Any, map: Any) -> None:
        self.connections: Connections = server.connections
        self.client = self.connections.client(peer[0])
        self.began = time.monotonic()
        super().__init__(server, sock, peer, adj, map=map)
        self.connections.add(self)

    def read_now(self) -> None:
        """Read what has arrived, without waiting for the next pass of the loop."""
        try:
            data = self.socket.recv(self.adj.recv_bytes)
        except OSError:
            return
        if data:
            self.last_activity = time.time()
            self.received(data)

    def received(self, data: bytes) -> bool:
        """Receive `data`; the time of a request counts from its first byte."""
        if self.request is None:
            self.began = time.monotonic()
        is_open: bool = super().received(data)
        self.connections.count_bytes(len(data))
        return is_open

    def del_channel(self, map: Any = None) -> None:
        """Stop counting this connection."""
        super().del_channel(map)
        self.connections.remove(self)

    @property
    def held_bytes(self) -> int:
        """Return how many bytes of requests of this connection are in memory."""
        waiting = [*self.requests, self.request]
        return sum(one.held_bytes for one in waiting if one is not None)

    @property
    def is_silent(self) -> bool:
        """Return whether no request has begun to arrive and no response is left to send."""
        return not (self.request or self.requests or self.total_outbufs_len)

    @property
    def is_idle(self) -> bool:
        """Return whether the connection only waits for another request."""
        return self.is_silent and self.last_activity != self.creation_time

    def is_overdue(self, now: float) -> bool:
        """Return whether the request is not complete, or its response not sent, in time."""
        if self.requests:
            return False
        if self.total_outbufs_len:
            allowed = _RESPONSE_SECONDS
        elif self.request and self.request.headers_finished:
            allowed = HEADER_SECONDS + BODY_SECONDS
        elif self.request or self.last_activity == self.creation_time:
            allowed = HEADER_SECONDS
        else:
            # waitress limits how long a connection waits for its next request.
            return bool(self.will_close)
        return bool(self.will_close) or now - self.began > allowed


class Connections:
    """All open connections by client; an IPv6 client is its /64 network.

    A connection that has to go is closed by `close_all`. If it were closed earlier, a new one could
    get its descriptor and, in the same pass of waitress's loop, its events.
    """

    def __init__(self, maximum: int, per_client: int, proxies: Iterable[str] = ()) -> None:
        self.maximum, self.per_client = maximum, per_client
        self._proxies = [ip_network(proxy) for proxy in proxies]
        self._by_client: defaultdict[str, set[Channel]] = defaultdict(set)
        self._count = self._unchecked_bytes = 0
        self._to_close: list[Channel] = []
        self._logged: dict[str, float] = {}
        # The monotonic time at which the server began to stop. Responses then end their connection.
        self.stopping_since = 0.0

    def client(self, peer: str) -> str:
        """Return the client for which a connection counts; "" is a proxy, which has no limit.

        A connection from this machine most likely comes from a proxy missing in the settings.
        """
        address = parse_address(peer)
        if (
            address is None
            or str(address) in _OWN
            or any(address in network for network in self._proxies)
        ):
            return ""
        return network_of(address)

    def add(self, channel: Channel) -> None:
        """Count an open connection."""
        self._by_client[channel.client].add(channel)
        self._count += 1

    def remove(self, channel: Channel) -> None:
        """Stop counting a connection."""
        own = self._by_client.get(channel.client, set())
        if channel in own:
            own.remove(channel)
            self._count -= 1
        if not own:
            self._by_client.pop(channel.client, None)

    def make_room(self, peer: str) -> bool:
        """Return whether to accept a connection from `peer`, after giving up others if needed."""
        client = self.client(peer)
        own = self._by_client.get(client, set())
        if client and len(own) >= self.per_client:
            # Refusing is cheaper than replacing, so a flood gains nothing by reconnecting.
            self._give_up([one for one in own if one.is_idle][:1])
            if len(own) >= self.per_client:
                return False
        if self._count < self.maximum:
            return True
        self.log("%d connections are open, the most possible", self.maximum)
        most = max(len(others) for others in self._by_client.values())
        if client and own and len(own) + 1 >= most:
            return False
        self._give_up(self._waiting(self._all())[: max(1, self.maximum // 20)])
        return self._count < self.maximum

    def count_bytes(self, number: int) -> None:
        """Count received bytes, and give up unfinished requests if too many bytes are held."""
        self._unchecked_bytes += number
        if self._unchecked_bytes < _CHECK_AFTER_BYTES:
            return
        self._unchecked_bytes = 0
        held = sum(channel.held_bytes for channel in self._all())
        for channel in self._waiting(self._all()) if held > HELD_BYTES else []:
            self.log("unfinished requests fill %d bytes of memory; closing some", HELD_BYTES)
            held -= channel.held_bytes
            self._give_up([channel])
            if held <= HELD_BYTES // 2:
                return

    def close_all(self) -> None:
        """Close the connections given up. Call this before waitress waits for events."""
        for channel in self._to_close:
            channel.handle_close()
        self._to_close = []

    def close_overdue(self) -> None:
        """Close each connection whose request or response takes too long."""
        now = time.monotonic()
        self._give_up([channel for channel in self._all() if channel.is_overdue(now)])
        self.close_all()

    def finish(self, silent_seconds: float, longest_seconds: float) -> bool:
        """Close connections of a server that stops, and return whether some are left.

        Those without a request are closed after `silent_seconds`, and all after `longest_seconds`.
        """
        self.close_overdue()
        waited = time.monotonic() - self.stopping_since
        for channel in self._all() if waited >= silent_seconds else []:
            if channel.is_silent:
                channel.read_now()  # A request may have arrived since the last pass of the loop.
            if channel.is_silent or waited >= longest_seconds:
                self._give_up([channel])
        self.close_all()
        return self._count > 0

    def log(self, message: str, *values: object) -> None:
        """Log a warning, but the same one only once in ten minutes."""
        now = time.monotonic()
        if now >= self._logged.get(message, 0):
            self._logged[message] = now + _LOG_AGAIN_SECONDS
            log.warning(message, *values)

    def _all(self) -> list[Channel]:
        return [channel for own in self._by_client.values() for channel in own]

    def _waiting(self, channels: Iterable[Channel]) -> list[Channel]:
        """Return connections without a complete request, in the order in which to close them."""
        found = [channel for channel in channels if not channel.requests]
        return sorted(found, key=lambda one: (-len(self._by_client[one.client]), one.began))

    def _give_up(self, channels: Iterable[Channel]) -> None:
        for channel in channels:
            channel.will_close = True
            self.remove(channel)
            self._to_close.append(channel)
