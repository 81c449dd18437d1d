"""Match bounce reports to our emails: delivery status notifications (RFC 3464, RFC 6533).

An email is identified by its Message-ID in the report, or by the address that the report was sent
to, which contains the id too (VERP). The latter also works after a relay replaced the Message-ID.

Reports come from strangers. The time to read one grows linearly with its size: headers are cut
before they are interpreted, and only the top level of MIME parts is read.
"""

import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import Message
from email.parser import BytesParser
from email.policy import Compat32
from email.utils import parseaddr
from itertools import islice

from feedback_app.base.addresses import spellings
from feedback_app.base.text import one_line

MAX_REPORT_BYTES = 1024 * 1024
_MAX_HEADER = 1000
_MAX_PARTS = 20
_MAX_RECIPIENTS = 1000
_MAX_SHOWN = 100
_STATUS = ("message/delivery-status", "message/global-delivery-status")
_ORIGINAL = ("message/rfc822", "message/global", "text/rfc822-headers", "message/global-headers")
_SENT_TO = ("To", "Delivered-To", "X-Original-To")
_VERP = re.compile(r"\+([0-9a-f]{32})@", re.IGNORECASE)
_ENCODED = re.compile(r"\\x\{([0-9A-F]{2,6})\}", re.IGNORECASE)
_BLANK_LINES = re.compile(rb"\r?\n(?:[ \t]*\r?\n)+")


def return_path(bounce_address: str, message_id: str) -> str:
    """Return the address for bounces of this message: bounces+ID@our.example.

    The id is in hexadecimal digits, because some servers change the case of letters.
    """
    local, _, domain = bounce_address.rpartition("@")
    return f"{local}+{urlsafe_b64decode(message_id + '==').hex()}@{domain}"


class ReportError(ValueError):
    """The email does not report a bounce of a message; the text says why."""


@dataclass(frozen=True)
class BounceReport:
    """A failed delivery: the id of the outbox message, and the lowercase addresses that failed."""

    message_id: str
    failed: frozenset[str]

    def require_failed(self, recipient: str | None) -> None:
        """Raise ReportError unless the address that we wrote to failed.

        Otherwise the failed address is, for example, one member of a list, and others have the
        email. `recipient` is None if it was erased.
        """
        if recipient and self.failed.intersection(spellings(recipient)):
            return
        failed = one_line(", ".join(sorted(self.failed)))[:_MAX_SHOWN] or "not named"
        ours = recipient or "was erased"
        raise ReportError(
            f"not marked as bounced: the failed address is {failed}, but the address we wrote to "
            f"is {ours}. If nobody got the email, give the case number instead of the report"
        )


class _ShortHeaders(Compat32):
    """Reads headers as UTF-8, and cuts each before it is interpreted in quadratic time."""

    def header_source_parse(self, sourcelines: list[str]) -> tuple[str, str]:
        name, value = super().header_source_parse(sourcelines)
        text = value[:_MAX_HEADER].encode("ascii", "surrogateescape").decode(errors="replace")
        return name, " ".join(text.split())


_POLICY = _ShortHeaders()


def read_report(report: bytes) -> BounceReport:
    """Return the content of `report` about a message that could not be delivered.

    Raises ReportError for a report of a delay or a success, and for any other email.
    """
    if len(report) > MAX_REPORT_BYTES:
        raise ReportError("this email has more than 1 MiB: give the case number")
    try:
        return _read(report)
    except ReportError:
        raise
    except Exception as error:
        # The parser of the standard library raises errors of many types.
        raise ReportError("this email cannot be parsed: give the case number") from error


def _read(report: bytes) -> BounceReport:
    mail = _headers_and_body(report)
    boundary = mail.get_boundary()
    if mail.get_content_type() != "multipart/report" or not boundary:
        raise ReportError("this is not a bounce report (multipart/report): give the case number")
    parts = list(_parts(_bytes(mail), boundary))
    recipients = [
        recipient
        for part in parts
        if part.get_content_type() in _STATUS
        for recipient in _recipients(_bytes(part))
    ]
    actions = {_text(recipient, "Action").lower() for recipient in recipients} - {""}
    if "failed" not in actions:
        found = one_line(", ".join(sorted(actions)))[:_MAX_SHOWN] or "none"
        raise ReportError(f"this report's action is {found}, not failed: the email did not bounce")
    failed = (one for one in recipients if _text(one, "Action").lower() == "failed")
    addresses = {address for recipient in failed for address in _addresses(recipient)}
    return BounceReport(_verp_id(mail) or _original_id(parts), frozenset(addresses))


def _headers_and_body(text: bytes) -> Message:
    """Return an email or MIME part whose body is not parsed."""
    return BytesParser(policy=_POLICY).parsebytes(text, headersonly=True)


def _bytes(part: Message) -> bytes:
    content = part.get_payload(decode=True)
    return content if isinstance(content, bytes) else b""


def _parts(body: bytes, boundary: str) -> Iterator[Message]:
    """Yield the parts of a multipart body, without looking into nested ones."""
    mark = re.escape(boundary.encode("ascii", "surrogateescape"))
    delimiter = re.compile(rb"^--" + mark + rb"(?:--)?[ \t]*\r?(?:\n|\Z)", re.MULTILINE)
    for piece in delimiter.split(body, maxsplit=_MAX_PARTS)[1:]:
        yield _headers_and_body(piece)


def _recipients(status: bytes) -> Iterator[Message]:
    """Yield the fields about each recipient; those about the whole message come first."""
    for block in islice(_BLANK_LINES.split(status.strip()), _MAX_RECIPIENTS):
        yield _headers_and_body(block)


def _text(part: Message, name: str) -> str:
    return str(part.get(name, "")).strip()


def _addresses(recipient: Message) -> Iterator[str]:
    """Yield the address that failed.

    The original recipient only counts if nothing else is named: for a member of a list or alias it
    is the list, which other members can receive.
    """
    named = _text(recipient, "Final-Recipient") or _text(recipient, "Original-Recipient")
    _type, _, address = _ENCODED.sub(lambda code: chr(int(code[1], 16)), named).partition(";")
    if found := parseaddr(address)[1] or address.strip():
        yield found.lower()


def _verp_id(report: Message) -> str | None:
    """Return the id in the address that the report was sent to, if there is one."""
    found = _VERP.search(" ".join(_text(report, name) for name in _SENT_TO))
    return urlsafe_b64encode(bytes.fromhex(found[1])).decode().rstrip("=") if found else None


def _original_id(parts: list[Message]) -> str:
    for part in parts:
        if part.get_content_type() in _ORIGINAL:
            original = _headers_and_body(_bytes(part).lstrip())
            if found := _text(original, "Message-ID"):
                return found.removeprefix("<").partition("@")[0]
    raise ReportError("the report does not include the original email: give the case number")
