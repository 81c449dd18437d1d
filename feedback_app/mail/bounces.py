"""Read bounce reports: delivery status notifications (RFC 3464, RFC 6533)."""

import re
from collections.abc import Iterator
from email import message_from_bytes
from email.message import EmailMessage, Message
from email.policy import default

from feedback_app.base.text import one_line

# RFC 6533 uses the same fields with internationalised addresses, but `email` only parses the first.
_GLOBAL_STATUS = re.compile(rb"message/global-delivery-status", re.IGNORECASE)
_ORIGINAL = ("message/rfc822", "message/global", "text/rfc822-headers", "message/global-headers")


class ReportError(ValueError):
    """The email does not report a bounce of a message; the text says why."""


def returned_message(report: bytes) -> str:
    """Return the id of the outbox message that `report` says could not be delivered.

    Raises ReportError for a report of a delay or a success, and for any other email.
    """
    report = _GLOBAL_STATUS.sub(b"message/delivery-status", report)
    mail = message_from_bytes(report, policy=default)
    if mail.get_content_type() != "multipart/report":
        raise ReportError("this is not a bounce report (multipart/report): give the case number")
    actions = {action.lower() for action in _fields(mail, "Action")}
    if "failed" not in actions:
        found = one_line(", ".join(sorted(actions))) or "none"
        raise ReportError(f"this report's action is {found}, not failed: the email did not bounce")
    for message_id in _original_ids(mail):
        return message_id.strip().removeprefix("<").partition("@")[0]
    raise ReportError("the report does not include the original email: give the case number")


def _fields(mail: EmailMessage, name: str) -> Iterator[str]:
    """Yield this field of every recipient in the report."""
    for part in mail.walk():
        if part.get_content_type() == "message/delivery-status":
            for recipient in part.iter_parts():
                yield from (str(value).strip() for value in recipient.get_all(name, []))


def _original_ids(mail: EmailMessage) -> Iterator[str]:
    for part in mail.iter_parts():
        kind = part.get_content_type()
        if kind not in _ORIGINAL:
            continue
        originals: list[Message] = list(part.iter_parts())
        if kind.startswith("text/"):
            content = part.get_payload(decode=True)
            originals = [message_from_bytes(content if isinstance(content, bytes) else b"")]
        for original in originals:
            if found := original.get("Message-ID"):
                yield str(found)
