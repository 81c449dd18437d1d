"""Send messages to chats by their Apprise URL."""

import logging
from collections.abc import Iterable

from feedback_app.base.receivers import Receiver
from feedback_app.mail.sender import NotDeliveredError, ReadyMessage, RefusedError


class ChatSender:
    """Sends messages to those of the `receivers` that are chats."""

    def __init__(self, receivers: Iterable[Receiver]) -> None:
        self._urls = {one.recipient: one.address for one in receivers if one.is_chat}

    def send(self, message: ReadyMessage) -> None:
        """Return when the chat accepted. Raises NotDeliveredError or RefusedError."""
        url = self._urls.get(message.recipient)
        if url is None:
            raise RefusedError("its chat is not in FEEDBACK_ALERT_URLS or FEEDBACK_DIGEST_TO")
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
