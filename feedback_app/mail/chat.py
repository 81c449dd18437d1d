"""Send alerts to chats by their Apprise URL.

The URL is a secret, because everybody who has it can write to the chat. The outbox therefore
stores a digest of it only.
"""

import hashlib
import logging
from collections.abc import Sequence

from feedback_app.base.addresses import is_chat
from feedback_app.mail.sender import NotDeliveredError, ReadyMessage, RefusedError

_PREFIX = "chat:"


def chat_id(url: str) -> str:
    """Return the recipient that the outbox stores for the chat at `url`."""
    return _PREFIX + hashlib.sha256(url.encode()).hexdigest()[:16]


def is_chat_id(recipient: str) -> bool:
    """Return whether the recipient of a message is a chat; otherwise it is an email address."""
    return recipient.startswith(_PREFIX)


class ChatSender:
    """Sends alerts to those of the `receivers` that are chats."""

    def __init__(self, receivers: Sequence[str]) -> None:
        self._urls = {chat_id(url): url for url in receivers if is_chat(url)}

    def send(self, message: ReadyMessage) -> None:
        """Return when the chat accepted. Raises NotDeliveredError or RefusedError."""
        url = self._urls.get(message.recipient)
        if url is None:
            raise RefusedError("its chat was removed from FEEDBACK_ALERT_URLS")
        # Importing it takes half a second and loads 100 modules.
        from apprise import Apprise, NotifyFormat

        # Its log may contain the URL.
        logging.getLogger("apprise").setLevel(logging.CRITICAL)
        title, _, body = message.text.partition("\n")
        chat = Apprise()
        if not chat.add(url) or not chat.notify(
            body=body, title=title, body_format=NotifyFormat.TEXT
        ):
            raise NotDeliveredError("the chat did not accept the message")
