"""A real mail server on this machine that keeps what it takes, and fails as it is told."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any

from aiosmtpd.controller import Controller

from tests.support.server import free_port

HANG, DROP, DROP_AFTER_DATA = "hang", "drop", "drop after DATA"


class SmtpSink:
    """Replies to each message with the next word of `plan`, then with `reply`, then with 250.

    HANG answers nothing, DROP breaks the connection before the message is kept, DROP_AFTER_DATA
    keeps the message and breaks the connection before saying so.
    """

    port = 0

    def __init__(self) -> None:
        self.messages: list[EmailMessage] = []
        self.return_paths: list[str] = []
        self.plan: list[str] = []
        self.reply = "250 OK"
        self.seconds_a_message = 0.0
        self.reply_to_sender = "250 OK"
        self.reply_to_recipients = "250 OK"
        # Replies to recipients of these domains.
        self.replies_to: dict[str, str] = {}
        # The ports of the connections in which an email was started.
        self.connections: list[int] = []
        self.messages_per_connection = 0
        self._in_connection = 0

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.port}"

    @property
    def ids(self) -> list[str]:
        """Return the stable part of the Message-ID of every message that was kept."""
        return [mail["Message-ID"].strip("<>").partition("@")[0] for mail in self.messages]

    async def handle_MAIL(  # noqa: N802
        self, server: Any, session: Any, envelope: Any, address: str, options: Any
    ) -> str:
        """Accept the sender, or send the planned reply."""
        if session.peer[1] not in self.connections:
            self.connections.append(session.peer[1])
            self._in_connection = 0
        self._in_connection += 1
        if self.messages_per_connection and self._in_connection > self.messages_per_connection:
            return "421 4.7.0 too many messages in this connection"
        if self.reply_to_sender.startswith("2"):
            envelope.mail_from = address
        return self.reply_to_sender

    async def handle_RCPT(  # noqa: N802
        self, server: Any, session: Any, envelope: Any, address: str, options: Any
    ) -> str:
        """Accept the recipient, or send the planned reply."""
        reply = self.replies_to.get(address.rpartition("@")[2], self.reply_to_recipients)
        if reply.startswith("2"):
            envelope.rcpt_tos.append(address)
        return reply

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        """Do to this message what is planned."""
        reply = self.plan.pop(0) if self.plan else self.reply
        await asyncio.sleep(self.seconds_a_message / 2)
        if reply == HANG:
            await asyncio.sleep(3600)
        if reply in (DROP, DROP_AFTER_DATA):
            server.transport.abort()
        if reply == DROP_AFTER_DATA or reply.startswith("2"):
            self.messages.append(message_from_bytes(envelope.content, policy=default))
            self.return_paths.append(envelope.mail_from)
        # A sender that is killed during this pause never sees the acknowledgement.
        await asyncio.sleep(self.seconds_a_message / 2)
        return reply


@contextmanager
def listening(sink: SmtpSink, **options: Any) -> Iterator[SmtpSink]:
    """Let `sink` listen until the block ends, on the port it had before or a new one."""
    sink.port = sink.port or free_port()
    controller = Controller(sink, hostname="127.0.0.1", port=sink.port, **options)
    controller.start()
    try:
        yield sink
    finally:
        controller.stop()
