"""What every sender of messages provides, and the errors it raises."""

from typing import Protocol

from feedback_app.records import OutboxMessage


class NotDeliveredError(RuntimeError):
    """The message was not accepted this time; retry later."""


class RefusedError(RuntimeError):
    """The message will not be accepted, however often it is sent."""


class NoSuchRecipientError(RefusedError):
    """The server refused the recipient, not the message: it bounced immediately."""


class Sender(Protocol):
    """Sends messages, one at a time."""

    def send(self, message: OutboxMessage) -> None:
        """Return when the message is accepted. Raises NotDeliveredError or RefusedError."""

    def discard(self, message: OutboxMessage) -> None:
        """Delete our copy of a message that was erased while it was sent."""

    def close(self) -> None:
        """Close any connection; called after each batch."""
