"""Send emails by SMTP."""

import re
import smtplib
import ssl
from contextlib import suppress
from email.parser import HeaderParser
from email.utils import parseaddr
from functools import cached_property, lru_cache
from urllib.parse import unquote, urlsplit

from feedback_app.base.text import without_addresses
from feedback_app.mail.bounces import return_path
from feedback_app.mail.sender import (
    NoSuchRecipientError,
    NotDeliveredError,
    OutageError,
    ReadyMessage,
    RefusedError,
    SlowDownError,
)

_TIMEOUT_SECONDS = 30
_ACCEPTED = (250, 251)
# RFC 4954: the server wants a (different) sign-in.
_SIGN_IN_CODES = (530, 534, 535, 538)
_BUSY_CODES = (421, 451, 452)
_TOO_LARGE = 552
# RFC 3463: x.7.x is about security and policy, not about whether the recipient exists.
_POLICY_STATUS = re.compile(r"\b[45]\.7\.\d")
# An id of a message that does not exist.
_NO_ID = "A" * 22
_FROM = re.compile(r"^From: [^\r]*(?:\r\n[ \t][^\r]*)*", re.MULTILINE)


class SMTPSender:
    """Sends over one SMTP connection, opened with the first message and again when it breaks.

    The URL starts with smtp://, smtp+starttls:// or smtps:// and may contain user and password.
    Bounces go to `bounce_address`, extended by the message's id, or else to the sender.
    """

    def __init__(
        self, url: str, timeout_seconds: float = _TIMEOUT_SECONDS, bounce_address: str | None = None
    ) -> None:
        self._url = urlsplit(url)
        self._bounce_address = bounce_address
        self._timeout = timeout_seconds
        self._connection: smtplib.SMTP | None = None

    def send(self, message: ReadyMessage) -> None:
        text = message.text.encode("ascii")
        if self._bounce_address:
            sender = return_path(self._bounce_address, message.id)
        else:
            header = _FROM.search(message.text)
            sender = _address_in(header[0] if header else "")
        connection = self._ready_for(sender, len(text))
        try:
            # `SMTP.rcpt` parses the address, which takes as long as the rest of the dialogue.
            code, reply = connection.docmd("rcpt", f"TO:<{message.recipient}>")
            if code not in _ACCEPTED:
                self._fail(code, reply, at_recipient=True)
            code, reply = connection.data(text)
        except smtplib.SMTPDataError as error:
            self._fail(error.smtp_code, error.smtp_error)
        except (OSError, smtplib.SMTPException) as error:
            self._drop_connection()
            reason = f"the mail server does not answer: {error}"
            # smtplib wraps the time-out of a reply.
            if isinstance(error.__context__, TimeoutError) or isinstance(error, TimeoutError):
                raise OutageError(reason, attempted=True) from error
            raise NotDeliveredError(reason) from error
        if code not in _ACCEPTED:
            self._fail(code, reply)

    def discard(self, message_id: str) -> None:
        """Do nothing: an email that the server accepted cannot be recalled."""

    def close(self) -> None:
        if self._connection:
            with suppress(OSError, smtplib.SMTPException):
                self._connection.quit()
        self._drop_connection()

    def _ready_for(self, sender: str, size: int) -> smtplib.SMTP:
        """Return a connection on which the server accepted our sender. Raises OutageError."""
        if self._connection:
            # Servers end idle connections, and some only accept so many emails in each.
            with suppress(OSError, smtplib.SMTPException):
                if _mail(self._connection, sender, size)[0] == 250:
                    return self._connection
            self.close()
        try:
            self._connection = self.connect()
            code, reply = _mail(self._connection, sender, size)
        except smtplib.SMTPResponseException as error:
            self.close()
            text = _text(error.smtp_code, error.smtp_error)
            raise OutageError(text, refused=error.smtp_code >= 500) from error
        except (ssl.SSLError, smtplib.SMTPNotSupportedError) as error:
            raise OutageError(f"cannot sign in over TLS: {error}", refused=True) from error
        except (OSError, smtplib.SMTPException) as error:
            raise OutageError(f"the mail server does not answer: {error}") from error
        if self._connection and code == 250:
            return self._connection
        self.close()
        if code == _TOO_LARGE:
            raise RefusedError(_text(code, reply))
        raise OutageError(_text(code, reply), refused=code >= 500)

    def connect(self) -> smtplib.SMTP:
        """Return a connection that is encrypted and signed in as the URL says.

        Raises OSError or smtplib.SMTPException.
        """
        url, timeout = self._url, self._timeout
        host = url.hostname or "localhost"
        connection: smtplib.SMTP
        if url.scheme == "smtps":
            port = url.port or 465
            connection = smtplib.SMTP_SSL(host, port, timeout=timeout, context=self._tls)
        else:
            connection = smtplib.SMTP(host, url.port or 587, timeout=timeout)
        try:
            if url.scheme == "smtp+starttls":
                connection.starttls(context=self._tls)
            connection.ehlo_or_helo_if_needed()
            if url.username:
                connection.login(unquote(url.username), unquote(url.password or ""))
        except BaseException:
            connection.close()
            raise
        return connection

    @cached_property
    def _tls(self) -> ssl.SSLContext:
        return ssl.create_default_context()

    def _fail(self, code: int, reply: bytes | str, at_recipient: bool = False) -> None:
        """Raise the error for a reply about one message (RFC 5321, section 4.2.1)."""
        try:
            if not self._connection or self._connection.rset()[0] != 250 or code == 421:
                self._drop_connection()
        except (OSError, smtplib.SMTPException):
            self._drop_connection()
        text = _text(code, reply)
        is_policy = bool(_POLICY_STATUS.search(text))
        if code in _SIGN_IN_CODES:
            raise OutageError(text, refused=True)
        if 500 <= code <= 599:
            raise (NoSuchRecipientError if at_recipient and not is_policy else RefusedError)(text)
        raise (SlowDownError if code in _BUSY_CODES or is_policy else NotDeliveredError)(text)

    def _drop_connection(self) -> None:
        """Close the connection without QUIT: the server does not answer."""
        if self._connection:
            self._connection.close()
            self._connection = None


def smtp_fault(
    url: str, sender: str, bounce_address: str | None, timeout_seconds: float
) -> str | None:
    """Return why an email from `sender` to itself would not be accepted, such as "refuses …".

    The text has no addresses. The dialogue ends before DATA, so nothing is sent. Returns None if
    nothing was refused.
    """
    connection = None
    try:
        connection = SMTPSender(url, timeout_seconds).connect()
        return_to = return_path(bounce_address, _NO_ID) if bounce_address else sender
        connection.ehlo_or_helo_if_needed()
        for step, command, address in (
            ("our sender", connection.mail, return_to),
            ("its domain", connection.rcpt, sender),
        ):
            code, text = command(address)
            if code not in (250, 251):
                return without_addresses(f"refuses {step}: {_text(code, text)}")
    except smtplib.SMTPResponseException as error:
        said = _text(error.smtp_code, error.smtp_error)
        return without_addresses(f"refuses the sign-in: {said}")
    except (ssl.SSLError, smtplib.SMTPNotSupportedError) as error:
        return without_addresses(f"offers no sign-in over TLS: {error}")
    except (OSError, smtplib.SMTPException) as error:
        return without_addresses(f"does not answer: {error}")
    finally:
        if connection:
            with suppress(OSError, smtplib.SMTPException):
                connection.quit()
    return None


def _mail(connection: smtplib.SMTP, sender: str, size: int) -> tuple[int, bytes]:
    option = f" size={size}" if connection.has_extn("size") else ""
    return connection.docmd("mail", f"FROM:<{sender}>{option}")


@lru_cache(maxsize=10)
def _address_in(header: str) -> str:
    """Return the address in a header, which is the same in nearly all emails."""
    return parseaddr(HeaderParser().parsestr(header)["From"] or "")[1]


def _text(code: int, reply: bytes | str) -> str:
    return f"{code} {reply.decode(errors='replace') if isinstance(reply, bytes) else reply}"
