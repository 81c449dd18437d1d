"""Tries whether the mail server accepts our sign-in, sender and domain, without an email."""

import smtplib
import ssl
from contextlib import suppress

from feedback_app.base.text import without_addresses
from feedback_app.mail.bounces import return_path
from feedback_app.mail.smtp import SMTPSender

# An id of a message that does not exist.
_NO_ID = "A" * 22


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
        for step, reply in (("our sender", connection.mail), ("its domain", connection.rcpt)):
            code, text = reply(return_to if step == "our sender" else sender)
            if code not in (250, 251):
                return _shown(step, code, text)
    except smtplib.SMTPResponseException as error:
        return _shown("the sign-in", error.smtp_code, error.smtp_error)
    except (ssl.SSLError, smtplib.SMTPNotSupportedError) as error:
        return without_addresses(f"offers no sign-in over TLS: {error}")
    except (OSError, smtplib.SMTPException) as error:
        return without_addresses(f"does not answer: {error}")
    finally:
        if connection:
            with suppress(OSError, smtplib.SMTPException):
                connection.quit()
    return None


def _shown(step: str, code: int, reply: bytes | str) -> str:
    text = reply.decode(errors="replace") if isinstance(reply, bytes) else reply
    return without_addresses(f"refuses {step}: {code} {text}")
