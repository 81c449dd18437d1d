"""What every sender of messages provides, and the errors it raises."""

from typing import NamedTuple, Protocol


class ReadyMessage(NamedTuple):
    """A message with its text: an email (RFC 5322), or the title and text for a chat."""

    id: str
    recipient: str
    text: str


class NotDeliveredError(RuntimeError):
    """The message was not accepted this time; retry later."""


class SlowDownError(NotDeliveredError):
    """The recipient's domain accepts no more emails for now."""


class OutageError(NotDeliveredError):
    """No email can be sent to anyone now.

    With `refused`, the server refused our sender, sign-in or encryption; otherwise it does not
    answer. With `attempted`, it stopped answering in the middle of this message.
    """

    def __init__(self, reason: str, *, refused: bool = False, attempted: bool = False) -> None:
        super().__init__(reason)
        self.refused, self.attempted = refused, attempted


class RefusedError(RuntimeError):
    """The message will not be accepted, however often it is sent."""


class NoSuchRecipientError(RefusedError):
    """The server refused the recipient, not the message: it bounced immediately."""


class Sender(Protocol):
    """Sends messages, one at a time."""

    def send(self, message: ReadyMessage) -> None:
        """Return when the message is accepted. Raises NotDeliveredError or RefusedError."""

    def discard(self, message_id: str) -> None:
        """Delete our copy of a message that was erased while it was sent."""

    def close(self) -> None:
        """Close any connection; called when no message is due any more."""
