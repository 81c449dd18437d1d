"""Parses requests for `server`: body limits per path, no ambiguous lengths, one at a time."""

import re

from waitress.buffers import OverflowableBuffer
from waitress.parser import HTTPRequestParser, ParsingError, TransferEncodingNotImplemented
from waitress.receiver import FixedStreamReceiver
from waitress.utilities import RequestEntityTooLarge

from feedback_app.web.limits import INTAKE_BYTES, body_limit

_TRANSFER_ENCODING = re.compile(rb"\r\ntransfer-encoding:[ \t]*([^\r]*?)[ \t]*(?=\r\n)", re.I)
# People who paste too much text get a page that says so. Nobody pastes more than this.
_MAX_DISCARDED = 2 * INTAKE_BYTES


class _Nowhere(OverflowableBuffer):  # type: ignore[misc]
    """A buffer that discards what it receives."""

    def append(self, s: bytes) -> None:
        pass


class RequestParser(HTTPRequestParser):  # type: ignore[misc]
    """A parser with a body limit per path, which refuses ambiguous body lengths (RFC 9112 6.1).

    A body over the limit is not kept. The app sees its length and answers 413, in the format and
    language of the path, and the connection is closed. A body that is far too large is not read,
    and the server answers.
    """

    body_is_discarded = False
    expect_continue: bool

    def parse_header(self, header_plus: bytes) -> None:
        """Parse the header. Raises ParsingError, which waitress answers with 400."""
        try:
            super().parse_header(header_plus)
        except TransferEncodingNotImplemented as error:
            raise ParsingError("Transfer-Encoding is not supported") from error
        codings = [value.lower() for value in _TRANSFER_ENCODING.findall(header_plus)]
        is_ambiguous = "CONTENT_LENGTH" in self.headers or self.version != "1.1"
        if codings and (codings != [b"chunked"] or is_ambiguous):
            raise ParsingError("Transfer-Encoding is ambiguous")
        if self.content_length > body_limit(self.path):
            self._discard_body()

    def received(self, data: bytes) -> int:
        """Return how many bytes of `data` to skip: this request, and further ones behind it."""
        consumed: int = super().received(data)
        if self.chunked and self.body_bytes_received > body_limit(self.path):
            self.headers["CONTENT_LENGTH"] = str(self.body_bytes_received)
            self._discard_body()
            self.completed = True
        if self.completed and not self.empty and data[consumed:].strip():
            # The response closes the connection; the client may send the others again (RFC 9112
            # 9.3.2). Otherwise a client that reads nothing fills memory and blocks the threads.
            self.headers["CONNECTION"] = "close"
            return len(data)
        return consumed

    @property
    def held_bytes(self) -> int:
        """Return how many bytes of this request are in memory."""
        body = 0 if self.body_is_discarded else self.body_bytes_received
        return len(self.header_plus) + body

    def _discard_body(self) -> None:
        self.headers["CONNECTION"] = "close"
        self.body_is_discarded, self.body_rcv = True, None
        if self.content_length > _MAX_DISCARDED:
            self.error = RequestEntityTooLarge("The body is too large. Nothing was stored.")
        elif self.content_length and not self.expect_continue:
            # A browser shows the answer only after it has sent everything.
            self.body_rcv = FixedStreamReceiver(self.content_length, _Nowhere(0))
        self.expect_continue = False
