"""The sockets that systemd passes to a service, and the message that the service is ready."""

import os
import socket

_FIRST_DESCRIPTOR = 3


def inherited_sockets() -> list[socket.socket]:
    """Return the listening sockets that were passed to this process: sd_listen_fds(3)."""
    if os.environ.get("LISTEN_PID") != str(os.getpid()):
        return []
    number = int(os.environ.get("LISTEN_FDS", "0"))
    return [socket.socket(fileno=_FIRST_DESCRIPTOR + one) for one in range(number)]


def report_ready() -> None:
    """Report that the service takes requests, if its unit has Type=notify: sd_notify(3)."""
    address = os.environ.get("NOTIFY_SOCKET", "")
    if address:
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
            # An @ stands for the zero byte of an abstract address.
            manager.sendto(b"READY=1", address.replace("@", "\0", 1))
