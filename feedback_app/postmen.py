"""Those who carry a message away: SMTP, or a folder of .eml files for trying things out."""

import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_string
from email.policy import SMTP
from pathlib import Path
from typing import Protocol
from urllib.parse import unquote, urlsplit

from feedback_app.records import OutboxMessage
from feedback_app.settings import Settings

_TIMEOUT_SECONDS = 30


class NotDeliveredError(RuntimeError):
    """The message was not accepted this time; try again later."""


class RefusedError(RuntimeError):
    """The message will never be accepted as it is."""


class Postman(Protocol):
    """Carries messages away, one at a time."""

    def deliver(self, message: OutboxMessage) -> None:
        """Return once the message was accepted. Raises NotDeliveredError or RefusedError."""

    def close(self) -> None:
        """End the round."""


class Mailbox:
    """Puts every message into a folder as ID.eml, where a person can open it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def deliver(self, message: OutboxMessage) -> None:
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            unfinished = self._folder / f"{message.id}.part"
            unfinished.write_bytes(message.message.encode("ascii"))
            unfinished.replace(self._folder / f"{message.id}.eml")
        except OSError as error:
            raise NotDeliveredError(f"cannot write into {self._folder}: {error}") from error

    def close(self) -> None:
        """Do nothing: no connection is held."""


class MailServer:
    """Speaks SMTP: one connection a round, opened with the first message.

    The address is smtp://, smtp+starttls:// or smtps://, with user and password if needed. A
    server that cannot be reached, hangs or refuses the password is not tried again by this
    postman: a thousand messages must not wait for it one after the other.
    """

    def __init__(self, url: str, timeout_seconds: float = _TIMEOUT_SECONDS) -> None:
        self._parts = urlsplit(url)
        self._timeout = timeout_seconds
        self._connection: smtplib.SMTP | None = None
        self._away = ""

    def deliver(self, message: OutboxMessage) -> None:
        if self._away:
            raise NotDeliveredError(self._away)
        mail = message_from_string(message.message, policy=SMTP)
        try:
            with self._errors():
                connection = self._connection or self._connect()
        except (NotDeliveredError, RefusedError) as error:
            # Whatever is said before a message was handed in is not about the message.
            self._away = str(error)
            raise NotDeliveredError(self._away) from error
        with self._errors():
            connection.send_message(mail, to_addrs=[message.recipient])

    def close(self) -> None:
        if self._connection:
            try:
                self._connection.quit()
            except (OSError, smtplib.SMTPException):
                self._connection.close()
            self._connection = None

    def _connect(self) -> smtplib.SMTP:
        parts, timeout = self._parts, self._timeout
        tls = ssl.create_default_context()
        host = parts.hostname or "localhost"
        if parts.scheme == "smtps":
            self._connection = smtplib.SMTP_SSL(
                host, parts.port or 465, timeout=timeout, context=tls
            )
        else:
            self._connection = smtplib.SMTP(host, parts.port or 587, timeout=timeout)
        if parts.scheme == "smtp+starttls":
            self._connection.starttls(context=tls)
        if parts.username:
            self._connection.login(unquote(parts.username), unquote(parts.password or ""))
        return self._connection

    @contextmanager
    def _errors(self) -> Iterator[None]:
        try:
            yield
        except smtplib.SMTPResponseException as error:
            self._after(error.smtp_code, error.smtp_error)
        except smtplib.SMTPRecipientsRefused as error:
            self._after(*next(iter(error.recipients.values())))
        except (OSError, smtplib.SMTPException) as error:
            self._hang_up()
            said = f"the mail server does not answer: {error}"
            # smtplib wraps the time-out of a reply, but not that of a connection.
            if isinstance(error, TimeoutError) or isinstance(error.__context__, TimeoutError):
                self._away = said
            raise NotDeliveredError(said) from error

    def _after(self, code: int, said: bytes | str) -> None:
        """Raise what an SMTP reply means (RFC 5321, 4.2.1: 5yz is for good, 4yz passes)."""
        self.close()
        text = f"{code} {said.decode(errors='replace') if isinstance(said, bytes) else said}"
        # RFC 4954: not being signed in is our fault, not the message's.
        if 500 <= code <= 599 and code not in (530, 534, 535, 538):
            raise RefusedError(text)
        raise NotDeliveredError(text)

    def _hang_up(self) -> None:
        """Drop the connection without a word: the server would not hear it."""
        if self._connection:
            self._connection.close()
            self._connection = None


class OnlyTo:
    """Lets messages through to an allow-list of addresses and domains; others go to `instead`."""

    def __init__(self, allowed: tuple[str, ...], postman: Postman, instead: Postman) -> None:
        self._allowed = {entry.lower().lstrip("@") for entry in allowed}
        self._postman, self._instead = postman, instead

    def deliver(self, message: OutboxMessage) -> None:
        address = message.recipient.lower()
        listed = address in self._allowed or address.rpartition("@")[2] in self._allowed
        (self._postman if listed else self._instead).deliver(message)

    def close(self) -> None:
        self._postman.close()
        self._instead.close()


def postman(settings: Settings) -> Postman:
    """Return who carries messages away with these settings."""
    mailbox = Mailbox(settings.mailbox)
    if not settings.smtp_url:
        return mailbox
    server = MailServer(settings.smtp_url.get_secret_value())
    return OnlyTo(settings.only_mail_to, server, mailbox) if settings.only_mail_to else server
