"""Send emails by SMTP."""

import re
import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from email.parser import HeaderParser
from email.utils import parseaddr
from urllib.parse import unquote, urlsplit

from feedback_app.mail.bounces import return_path
from feedback_app.mail.sender import (
    NoSuchRecipientError,
    NotDeliveredError,
    ReadyMessage,
    RefusedError,
)

_TIMEOUT_SECONDS = 30
# RFC 4954: the server wants a (different) sign-in. That is a fault of our settings.
_SIGN_IN_CODES = (530, 534, 535, 538)
# RFC 3463: x.7.x is about security and policy, not about whether the recipient exists.
_POLICY_STATUS = re.compile(r"\b5\.7\.\d")


class SMTPSender:
    """Sends over one SMTP connection per batch, opened with the first message.

    The URL starts with smtp://, smtp+starttls:// or smtps:// and may contain user and password.
    If the server cannot be reached, times out or refuses the sign-in, the sender does not try
    again, so a thousand messages do not wait for it one after the other. Bounces go to
    `bounce_address`, extended by the message's id, or else to the sender.
    """

    def __init__(
        self,
        url: str,
        timeout_seconds: float = _TIMEOUT_SECONDS,
        bounce_address: str | None = None,
    ) -> None:
        self._url = urlsplit(url)
        self._bounce_address = bounce_address
        self._timeout = timeout_seconds
        self._connection: smtplib.SMTP | None = None
        self._unavailable = ""

    def send(self, message: ReadyMessage) -> None:
        if self._unavailable:
            raise NotDeliveredError(self._unavailable)
        try:
            with self._errors():
                connection = self._connection or self._connect()
        except (NotDeliveredError, RefusedError) as error:
            # A reply before the message was sent is not about the message.
            self._unavailable = str(error)
            raise NotDeliveredError(self._unavailable) from error
        if self._bounce_address:
            sender = return_path(self._bounce_address, message.id)
        else:
            sender = parseaddr(HeaderParser().parsestr(message.text)["From"])[1]
        with self._errors():
            connection.sendmail(sender, [message.recipient], message.text.encode("ascii"))

    def discard(self, message_id: str) -> None:
        """Do nothing: an email that the server accepted cannot be recalled."""

    def close(self) -> None:
        if self._connection:
            try:
                self._connection.quit()
            except (OSError, smtplib.SMTPException):
                self._connection.close()
            self._connection = None

    def _connect(self) -> smtplib.SMTP:
        url, timeout = self._url, self._timeout
        tls = ssl.create_default_context()
        host = url.hostname or "localhost"
        if url.scheme == "smtps":
            self._connection = smtplib.SMTP_SSL(host, url.port or 465, timeout=timeout, context=tls)
        else:
            self._connection = smtplib.SMTP(host, url.port or 587, timeout=timeout)
        if url.scheme == "smtp+starttls":
            self._connection.starttls(context=tls)
        if url.username:
            self._connection.login(unquote(url.username), unquote(url.password or ""))
        return self._connection

    @contextmanager
    def _errors(self) -> Iterator[None]:
        try:
            yield
        except smtplib.SMTPResponseException as error:
            self._raise_for_reply(error.smtp_code, error.smtp_error)
        except smtplib.SMTPRecipientsRefused as error:
            self._raise_for_recipient(*next(iter(error.recipients.values())))
        except (OSError, smtplib.SMTPException) as error:
            self._drop_connection()
            text = f"the mail server does not answer: {error}"
            # smtplib wraps the time-out of a reply, but not that of a connection.
            if isinstance(error, TimeoutError) or isinstance(error.__context__, TimeoutError):
                self._unavailable = text
            raise NotDeliveredError(text) from error

    def _raise_for_reply(self, code: int, reply: bytes | str) -> None:
        """Raise RefusedError for 5yz, else NotDeliveredError (RFC 5321, section 4.2.1)."""
        self.close()
        text = f"{code} {reply.decode(errors='replace') if isinstance(reply, bytes) else reply}"
        if 500 <= code <= 599 and code not in _SIGN_IN_CODES:
            raise RefusedError(text)
        raise NotDeliveredError(text)

    def _raise_for_recipient(self, code: int, reply: bytes) -> None:
        try:
            self._raise_for_reply(code, reply)
        except RefusedError as refused:
            if _POLICY_STATUS.search(str(refused)):
                raise
            raise NoSuchRecipientError(str(refused)) from refused

    def _drop_connection(self) -> None:
        """Close the connection without QUIT: the server does not answer."""
        if self._connection:
            self._connection.close()
            self._connection = None
