"""The server of `feedback serve`: waitress, with limits for connections, memory and time.

`MultiServer.stop` ends it without losing a request.
"""

import errno
import logging
import resource
import socket
import sys
import time
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from waitress import wasyncore
from waitress.adjustments import Adjustments
from waitress.server import MultiSocketServer, TcpWSGIServer
from waitress.task import ThreadedTaskDispatcher

from feedback_app.web.connections import Channel, Connections
from feedback_app.web.limits import INTAKE_BYTES

# waitress looks at every connection before each event: about 4 ms for this many.
MAX_CONNECTIONS = 4096
# A browser opens 6; a company that shares one address rarely needs more at the same moment.
CONNECTIONS_PER_CLIENT = 32
# A connection needs its socket and, while it downloads a page of the site, that file.
_DESCRIPTORS_EACH = 2
# For the database, log, listening sockets and threads.
_RESERVED_DESCRIPTORS = 192
_MAX_DESCRIPTORS = 65_536
_IDLE_SECONDS = 15
_HEADER_BYTES = 16 * 1024
_RECEIVE_BYTES = 64 * 1024
# The thread of the sockets often releases the GIL and waits up to this long to get it back.
_SWITCH_SECONDS = 0.001
# As many connections as waitress lets wait for a listening socket.
_ACCEPT_AT_ONCE = 1024
_PAUSE_SECONDS = 1
# When the server stops: how long a connection may be silent, and how long a request may take.
SILENT_SECONDS = 1
STOP_SECONDS = 25
_EXHAUSTED = (errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM)


class Server(TcpWSGIServer):  # type: ignore[misc]
    """A listening socket that accepts within the limits of `connections`."""

    channel_class = Channel
    next_channel_cleanup: float

    def __init__(self, *args: Any, connections: Connections, error_headers: Any, **kw: Any) -> None:
        self.connections, self.error_headers = connections, error_headers
        self._paused_until = 0.0
        super().__init__(*args, **kw)

    def readable(self) -> bool:
        """Return whether to accept. waitress calls this before it waits for events."""
        self.connections.close_all()
        now = time.time()
        # It is later than one interval from now if the clock was set back.
        if not now < self.next_channel_cleanup <= now + self.adj.cleanup_interval:
            self.next_channel_cleanup = now + self.adj.cleanup_interval
            self.maintenance(now)
            self.connections.close_overdue()
        return bool(self.accepting) and time.monotonic() >= self._paused_until

    def handle_accept(self) -> None:
        """Accept many connections at a time, so that a flood does not fill the queue."""
        for _ in range(_ACCEPT_AT_ONCE):
            try:
                accepted = self.accept()
            except OSError as error:
                self._pause(error)
                return
            if accepted is None:
                return
            self._open(*accepted)

    def stop_accepting(self) -> None:
        """Accept the connections that are waiting, and close the listening socket."""
        self.handle_accept()
        # Not `self.close`, which closes the trigger that the threads still use.
        wasyncore.dispatcher.close(self)

    def _open(self, sock: Any, peer: Any) -> None:
        if not self.connections.make_room(peer[0]):
            sock.close()
            return
        try:
            self.set_socket_options(sock)
            self.channel_class(self, sock, peer, self.adj, map=self._map).read_now()
        except OSError:
            # The client has closed the connection already.
            sock.close()

    def _pause(self, error: OSError) -> None:
        if error.errno in _EXHAUSTED:
            self._paused_until = time.monotonic() + _PAUSE_SECONDS
            self.connections.log("cannot accept connections at the moment: %s", error.strerror)


class MultiServer(MultiSocketServer):  # type: ignore[misc]
    """All listening sockets, and the connections that they accepted."""

    def __init__(self, servers: list[Server], adjustments: Adjustments, **kw: Any) -> None:
        self.servers, self.connections = servers, servers[0].connections
        listening = [(one.effective_host, one.effective_port) for one in servers]
        super().__init__(adj=adjustments, effective_listen=listening, **kw)

    def stop(self) -> None:
        """Make `run` finish the requests that have arrived, and return. For signal handlers."""
        if not self.connections.stopping_since:
            self.connections.stopping_since = time.monotonic()
            self.servers[0].pull_trigger()

    def run(self) -> None:
        """Serve until `stop` is called. Requests that arrive within a second of it are not lost."""
        while not self.connections.stopping_since:
            self._handle_events(1)
        for server in self.servers:
            server.stop_accepting()
        while self.connections.finish(SILENT_SECONDS, STOP_SECONDS):
            self._handle_events(0.1)
        self.close()

    def _handle_events(self, seconds: float) -> None:
        self.asyncore.loop(timeout=seconds, use_poll=True, map=self.map, count=1)


class _WithoutPaths(logging.Filter):
    """Removes the path, which contains tokens, from waitress's messages."""

    def filter(self, record: logging.LogRecord) -> bool:
        what, found, _ = str(record.msg).partition(" while serving ")
        record.msg = f"{what} while serving a request" if found else record.msg
        return True


def create_server(
    app: Callable[..., Any],
    *,
    proxies: Iterable[str] = (),
    error_headers: Mapping[str, str] | None = None,
    per_client: int = CONNECTIONS_PER_CLIENT,
    inherited: Iterable[socket.socket] = (),
    **options: Any,
) -> MultiServer:
    """Return a server for `app`; `run()` serves. `options` are waitress's, such as host and port.

    It listens on the sockets `inherited` from a service manager, else on host and port.
    Raises the soft limit of open files and derives the number of connections from it. Connections
    from `proxies` are not limited by client. `error_headers` are sent with the server's own errors.
    """
    logging.getLogger("waitress").addFilter(_WithoutPaths())
    sys.setswitchinterval(_SWITCH_SECONDS)
    adjustments = Adjustments(
        channel_timeout=_IDLE_SECONDS,
        cleanup_interval=1,
        inbuf_overflow=2 * INTAKE_BYTES,
        max_request_header_size=_HEADER_BYTES,
        recv_bytes=_RECEIVE_BYTES,
        # The parser has a limit per path.
        max_request_body_size=sys.maxsize,
        ident="",
        # `client_address` decides which proxies may set X-Forwarded-For.
        clear_untrusted_proxy_headers=False,
        **options,
    )
    dispatcher = ThreadedTaskDispatcher()
    dispatcher.set_thread_count(adjustments.threads)
    connections = Connections(_connection_limit(), per_client, proxies)
    headers = list((error_headers or {}).items())
    sockets: dict[int, Any] = {}
    own = [(None, info) for info in adjustments.listen]
    given = [(one, (one.family, one.type, one.proto, one.getsockname())) for one in inherited]
    servers = [
        Server(app, sockets, True, sock, dispatcher, adjustments, info, bind_socket=sock is None,
               connections=connections, error_headers=headers)
        for sock, info in given or own
    ]  # fmt: skip
    return MultiServer(servers, adjustments, map=sockets, dispatcher=dispatcher)


def _connection_limit() -> int:
    """Raise the soft limit of open files, and return how many connections fit into it."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = _MAX_DESCRIPTORS if hard == resource.RLIM_INFINITY else min(hard, _MAX_DESCRIPTORS)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
        soft = wanted
    if soft == resource.RLIM_INFINITY:
        return MAX_CONNECTIONS
    return max(16, min(MAX_CONNECTIONS, (soft - _RESERVED_DESCRIPTORS) // _DESCRIPTORS_EACH))
