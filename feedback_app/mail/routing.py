"""Choose how each message is sent: by SMTP, to a chat, or into the mailbox folder."""

import logging
from collections.abc import Iterable
from dataclasses import dataclass

from feedback_app.base.receivers import Receiver, is_chat_id, receivers_of
from feedback_app.mail.mailbox import Mailbox
from feedback_app.mail.sender import NotDeliveredError, ReadyMessage, RefusedError, Sender
from feedback_app.mail.smtp import SMTPSender
from feedback_app.settings import Settings


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


@dataclass(frozen=True)
class RoutingSender:
    """Sends messages for chats to them, and emails by `email`.

    With `allowed`, only these addresses and domains get emails; the others go to `mailbox`.
    """

    email: Sender
    mailbox: Sender
    chats: ChatSender
    allowed: tuple[str, ...] = ()

    def send(self, message: ReadyMessage) -> None:
        if is_chat_id(message.recipient):
            self.chats.send(message)
        elif _is_allowed(message.recipient, self.allowed):
            self.email.send(message)
        else:
            self.mailbox.send(message)

    def discard(self, message_id: str) -> None:
        self.email.discard(message_id)
        self.mailbox.discard(message_id)

    def close(self) -> None:
        self.email.close()
        self.mailbox.close()


def reaches(settings: Settings, address: str) -> bool:
    """Return whether emails to this address leave this machine."""
    return bool(settings.smtp_url) and _is_allowed(address, settings.only_mail_to)


def sender_for(settings: Settings) -> RoutingSender:
    """Return the sender of all messages with these settings."""
    mailbox = Mailbox(settings.mailbox)
    email: Sender = mailbox
    if url := settings.smtp_url:
        email = SMTPSender(url.get_secret_value(), bounce_address=settings.bounce_address)
    return RoutingSender(
        email=email,
        mailbox=mailbox,
        chats=ChatSender(receivers_of((*settings.alert_urls, *settings.digest_to))),
        allowed=settings.only_mail_to,
    )


def _is_allowed(address: str, only: tuple[str, ...]) -> bool:
    allowed, address = {entry.lower().lstrip("@") for entry in only}, address.lower()
    return not allowed or address in allowed or address.rpartition("@")[2] in allowed
