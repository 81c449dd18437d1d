"""A sender without a mail server."""

from feedback_app.mail.sender import ReadyMessage


class RecordingSender:
    """A sender that notes what it sent, or raises `error`."""

    def __init__(self, error: Exception | None = None) -> None:
        self.error, self.sent = error, []

    def send(self, message: ReadyMessage) -> None:
        self.sent.append(message.id)
        if self.error:
            raise self.error

    def discard(self, message_id: str) -> None:
        pass

    def close(self) -> None:
        pass
