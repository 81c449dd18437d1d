"""Authentication of webhooks. Secrets are compared in constant time."""

import base64
import hmac
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field, model_validator
from werkzeug.datastructures import Headers

from feedback_app.base.times import to_text
from feedback_app.intake.dates import DateReader
from feedback_app.intake.errors import quoted
from feedback_app.intake.webhooks.paths import PathText, PayloadPath

MIN_SECRET_CHARACTERS = 16
TOLERANCE_SECONDS = 300
_DATES = DateReader(ZoneInfo("UTC"))
_PART = re.compile(r"\{([^{}]*)\}")
_PARTS = ("method", "url", "timestamp", "body")


@dataclass(frozen=True)
class SignedRequest:
    """The parts of a request that authenticate it.

    `url` is the address under which the sender knows us, `path_secret` the last part of its path.
    """

    headers: Headers
    body: bytes
    path_secret: str = ""
    url: str = ""
    method: str = "POST"


class Authentication(BaseModel):
    """The checks of every kind of authentication."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    @property
    def challenge(self) -> str:
        """Return the header WWW-Authenticate of a refusal, which RFC 9110 requires."""
        return "Webhook"

    def secret_fault(self, signed: SignedRequest, secrets: Sequence[str]) -> str:
        """Return why the request proves none of the secrets, or "" if it proves one."""
        raise NotImplementedError

    def time_fault(self, signed: SignedRequest, payload: Mapping[str, Any], now: datetime) -> str:
        """Return why the signed time is not accepted, or "" if it is or none is signed."""
        return ""

    def sender_fault(
        self, signed: SignedRequest, payload: Mapping[str, Any], secrets: Sequence[str]
    ) -> str:
        """Return why the payload is not from the sender of the secret, or "" if it is."""
        return ""

    def problem_with(self, secret: str) -> str:
        """Return why `secret` cannot be used, or "" if it can."""
        if not (secret.isascii() and secret.isprintable()):
            return "may contain ASCII characters only, because of the limits of HTTP headers"
        short = len(secret) < MIN_SECRET_CHARACTERS
        return f"needs at least {MIN_SECRET_CHARACTERS} characters" if short else ""


class Signature(Authentication):
    """An HMAC (RFC 2104) in a header.

    `signed` is a template of what is signed: {body} and, where the sender signs more, {timestamp},
    {method} and {url}. `tolerance_seconds` is how far the signed time may differ from ours, in both
    directions. SHA-1 is enough here, because collisions do not weaken an HMAC (RFC 6194, 3.3).
    """

    kind: Literal["hmac"]
    header: str
    prefix: str = ""
    algorithm: Literal["sha1", "sha256", "sha512"] = "sha256"
    encoding: Literal["hex", "base64"] = "hex"
    signed: str = "{body}"
    timestamp_header: str = ""
    timestamp_path: PathText = ""
    tolerance_seconds: Annotated[int, Field(ge=1, le=86400)] = TOLERANCE_SECONDS

    @model_validator(mode="after")
    def _has_one_timestamp(self) -> "Signature":
        parts = set(_PART.findall(self.signed))
        if "body" not in parts or not parts <= set(_PARTS):
            known = ", ".join(f"{{{part}}}" for part in _PARTS)
            raise ValueError(
                f"signed is {self.signed!r}: combine {known}, for example '{{timestamp}}.{{body}}'"
            )
        if self.timestamp_header and self.timestamp_path:
            raise ValueError("timestamp_header and timestamp_path are both set: choose one")
        if ("timestamp" in parts) != bool(self.timestamp_header):
            raise ValueError("timestamp_header and {timestamp} in signed belong together: set both")
        return self

    def secret_fault(self, signed: SignedRequest, secrets: Sequence[str]) -> str:
        given = signed.headers.get(self.header, "").strip()
        content = self.signed_bytes(signed)
        expected = [self.prefix + self._encoded(secret, content) for secret in secrets]
        if self.encoding == "hex":
            given, expected = given.lower(), [one.lower() for one in expected]
        if _is_one_of(given, expected):
            return ""
        needed = filter(None, (self.header, self.timestamp_header))
        return _missing(signed, *needed) or (
            f"the signature in {self.header} is wrong: send "
            f"{f'{self.prefix} and ' if self.prefix else ''}the HMAC-{self.algorithm.upper()} of "
            f"{self.signed} in {self.encoding}, with the secret of this webhook"
        )

    def time_fault(self, signed: SignedRequest, payload: Mapping[str, Any], now: datetime) -> str:
        if self.timestamp_header:
            text = signed.headers.get(self.timestamp_header, "").strip()
        elif self.timestamp_path:
            text = PayloadPath.parse(self.timestamp_path).read(payload)
        else:
            return ""
        try:
            age = now - _DATES.read(text)
        except ValueError as error:
            return f"the signed time cannot be read: {error}"
        if abs(age) <= timedelta(seconds=self.tolerance_seconds):
            return ""
        return (
            f"the signed time {quoted(text)} is more than {self.tolerance_seconds} seconds from "
            f"our time {to_text(now)}"
        )

    def signed_bytes(self, signed: SignedRequest) -> bytes:
        """Return the content that the sender signed, according to `signed`."""
        timestamp = signed.headers.get(self.timestamp_header, "")
        values = {"method": signed.method, "url": signed.url, "timestamp": timestamp}
        content = {name: text.encode("utf-8", "replace") for name, text in values.items()}
        content["body"] = signed.body
        # Every second piece is the name of a part.
        pieces = _PART.split(self.signed)
        return b"".join(
            content[piece] if at % 2 else piece.encode() for at, piece in enumerate(pieces)
        )

    def signed_text(self, signed: SignedRequest) -> str:
        """Return the signed content, with the size of the body instead of the body."""
        short = replace(signed, body=f"(body of {len(signed.body)} bytes)".encode())
        return self.signed_bytes(short).decode("utf-8", "replace")

    def _encoded(self, secret: str, content: bytes) -> str:
        digest = hmac.digest(secret.encode(), content, self.algorithm)
        return digest.hex() if self.encoding == "hex" else base64.b64encode(digest).decode()


class SecretHeader(Authentication):
    """A header with the secret: alone, as a bearer token (RFC 6750), or basic (RFC 7617).

    The secret of basic authentication is NAME:PASSWORD.
    """

    kind: Literal["header", "bearer", "basic"]
    header: str = "Authorization"

    @property
    def challenge(self) -> str:
        # The clients of Java and .NET send a name and password only after this answer.
        schemes = {"basic": 'Basic realm="webhook"', "bearer": "Bearer"}
        return schemes.get(self.kind) or super().challenge

    def secret_fault(self, signed: SignedRequest, secrets: Sequence[str]) -> str:
        given = signed.headers.get(self.header, "").strip()
        if self.kind != "header":
            scheme, _, given = given.partition(" ")
            if scheme.lower() != self.kind:
                return _missing(signed, self.header) or f"{self.header} is not {self.kind}"
        if self.kind == "basic":
            secrets = [base64.b64encode(secret.encode()).decode() for secret in secrets]
        if _is_one_of(given.strip(), secrets):
            return ""
        return _missing(signed, self.header) or f"{self.header} does not contain the secret"

    def problem_with(self, secret: str) -> str:
        name, _, password = secret.partition(":")
        if self.kind != "basic":
            return super().problem_with(secret)
        if not (name and password):
            return "must have the form NAME:PASSWORD"
        # An attacker can know the name, so only the length of the password counts.
        return super().problem_with(password) or super().problem_with(secret)


class SecretPath(Authentication):
    """A secret at the end of the address, for systems without other authentication.

    `sender` is the path of the sender's id in the payload. If it is set, the secret is
    SENDER:SECRET.
    """

    kind: Literal["path"]
    sender: PathText = ""

    def secret_fault(self, signed: SignedRequest, secrets: Sequence[str]) -> str:
        if self.sender:
            secrets = [secret.partition(":")[2] for secret in secrets]
        is_valid = _is_one_of(signed.path_secret, secrets)
        return "" if is_valid else "the address does not end with the secret"

    def sender_fault(
        self, signed: SignedRequest, payload: Mapping[str, Any], secrets: Sequence[str]
    ) -> str:
        sender = PayloadPath.parse(self.sender).read(payload) if self.sender else ""
        if not self.sender or _is_one_of(f"{sender}:{signed.path_secret}", secrets):
            return ""
        return f"the secret in the address is not that of {self.sender} {quoted(sender)}"

    def problem_with(self, secret: str) -> str:
        sender, _, rest = secret.partition(":") if self.sender else ("any", "", secret)
        if not (sender and rest):
            return "must have the form SENDER:SECRET"
        if not all(sign.isalnum() or sign in "-_" for sign in rest) or not rest.isascii():
            return "is part of an address, so it may contain letters, digits, - and _ only"
        return super().problem_with(rest)


AnyAuthentication = Annotated[Signature | SecretHeader | SecretPath, Field(discriminator="kind")]


def _missing(signed: SignedRequest, *headers: str) -> str:
    missing = [header for header in headers if not signed.headers.get(header)]
    return f"the header {missing[0]} is missing" if missing else ""


def _is_one_of(given: str, expected: Sequence[str]) -> bool:
    encoded = given.encode("utf-8", "replace")
    return any(hmac.compare_digest(encoded, one.encode()) for one in expected)
