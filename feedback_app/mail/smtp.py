"""Those who carry a message away: SMTP, or a folder of .eml files for trying things out."""

import re
import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_string
from pathlib import Path
from typing import Protocol
from urllib.parse import unquote, urlsplit

from feedback_app.mail.closure import LETTER_POLICY
from feedback_app.records import OutboxMessage
from feedback_app.settings import Settings

_TIMEOUT_SECONDS = 30
_POLICY = re.compile(r"\b5\.7\.\d")


class NotDeliveredError(RuntimeError):
    """The message was not accepted this time; try again later."""


class RefusedError(RuntimeError):
    """The message will never be accepted as it is."""


class NoSuchRecipientError(RefusedError):
    """The server refused the recipient, not the message: the mail came back at once."""


class Postman(Protocol):
    """Carries messages away, one at a time."""

    def deliver(self, message: OutboxMessage) -> None:
        """Return once the message was accepted. Raises NotDeliveredError or RefusedError."""

    def take_back(self, message: OutboxMessage) -> None:
        """Leave nothing behind of a message that was erased while it was delivered."""

    def close(self) -> None:
        """End the round."""


def files_of(mailbox: Path, message_id: str) -> tuple[Path, Path]:
    """Return where a message stands in a mailbox: as a whole, and while it is written."""
    return mailbox / f"{message_id}.eml", mailbox / f"{message_id}.part"


def messages_in(mailbox: Path) -> list[Path]:
    """Return every file of a mailbox, also those that were never finished."""
    return [path for suffix in ("eml", "part") for path in mailbox.glob(f"*.{suffix}")]


class Mailbox:
    """Puts every message into a folder as ID.eml, where a person can open it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def deliver(self, message: OutboxMessage) -> None:
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            finished, unfinished = files_of(self._folder, message.id)
            unfinished.write_bytes(message.message.encode("ascii"))
            unfinished.replace(finished)
        except OSError as error:
            raise NotDeliveredError(f"cannot write into {self._folder}: {error}") from error

    def take_back(self, message: OutboxMessage) -> None:
        for path in files_of(self._folder, message.id):
            path.unlink(missing_ok=True)

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
        mail = message_from_string(message.message, policy=LETTER_POLICY)
        try:
            with self._errors():
                connection = self._connection or self._connect()
        except (NotDeliveredError, RefusedError) as error:
            # Whatever is said before a message was handed in is not about the message.
            self._away = str(error)
            raise NotDeliveredError(self._away) from error
        with self._errors():
            connection.send_message(mail, to_addrs=[message.recipient])

    def take_back(self, message: OutboxMessage) -> None:
        """Do nothing: what a mail server took is on its way."""

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
            self._after_recipient(*next(iter(error.recipients.values())))
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

    def _after_recipient(self, code: int, said: bytes) -> None:
        try:
            self._after(code, said)
        except RefusedError as refused:
            # RFC 3463: x.7.x is about what we may send, not about who is there.
            if _POLICY.search(str(refused)):
                raise
            raise NoSuchRecipientError(str(refused)) from refused

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

    def take_back(self, message: OutboxMessage) -> None:
        self._postman.take_back(message)
        self._instead.take_back(message)

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
