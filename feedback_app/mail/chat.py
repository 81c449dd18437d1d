"""Chats that alerts go to, by their Apprise address.

The address lets everybody write there, so the outbox knows a chat only by a digest of it.
"""

import hashlib
import logging
from collections.abc import Sequence

from feedback_app.mail.smtp import NotDeliveredError, Postman, RefusedError, postman
from feedback_app.records import OutboxMessage
from feedback_app.settings import Settings

_SCHEME = "chat:"


def is_chat(receiver: str) -> bool:
    """Return whether an alert's receiver is a chat; otherwise it is a mail address."""
    return "://" in receiver


def channel(url: str) -> str:
    """Return what the outbox calls the chat at `url`."""
    return _SCHEME + hashlib.sha256(url.encode()).hexdigest()[:16]


class Chats:
    """Carries alerts into chats."""

    def __init__(self, urls: Sequence[str]) -> None:
        self._urls = {channel(url): url for url in urls if is_chat(url)}

    def deliver(self, message: OutboxMessage) -> None:
        """Return once the chat took the message. Raises NotDeliveredError or RefusedError."""
        url = self._urls.get(message.recipient)
        if url is None:
            raise RefusedError("its chat is not in FEEDBACK_ALERT_URLS any more")
        # Half a second and 100 modules, needed by nobody else.
        from apprise import Apprise, NotifyFormat

        # What it logs may name the address.
        logging.getLogger("apprise").setLevel(logging.CRITICAL)
        title, _, body = message.message.partition("\n")
        chat = Apprise()
        if not chat.add(url) or not chat.notify(
            body=body, title=title, body_format=NotifyFormat.TEXT
        ):
            raise NotDeliveredError("the chat did not take the message")


class MailAndChats:
    """Carries alerts for chats there, and everything else by mail."""

    def __init__(self, mail: Postman, chats: Chats) -> None:
        self._mail, self._chats = mail, chats

    def deliver(self, message: OutboxMessage) -> None:
        """Return once the message was accepted. Raises NotDeliveredError or RefusedError."""
        is_for_chat = message.recipient.startswith(_SCHEME)
        (self._chats if is_for_chat else self._mail).deliver(message)

    def take_back(self, message: OutboxMessage) -> None:
        """Leave nothing behind of an erased message; what a chat took stays there."""
        self._mail.take_back(message)

    def close(self) -> None:
        """End the round."""
        self._mail.close()


def carriers(settings: Settings) -> Postman:
    """Return who carries mails and alerts away with these settings."""
    urls = [url.get_secret_value() for url in settings.alert_urls]
    return MailAndChats(postman(settings), Chats(urls))
