"""Authentication of webhooks. Secrets are compared in constant time."""

import base64
import hashlib
import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field, model_validator
from werkzeug.datastructures import Headers

from feedback_app.intake.dates import DateReader
from feedback_app.intake.webhooks.paths import PayloadPath

MIN_SECRET_CHARACTERS = 16
TOLERANCE_SECONDS = 300
_DATES = DateReader(ZoneInfo("UTC"))


@dataclass(frozen=True)
class SignedRequest:
    """The parts of a request that authenticate it: headers, raw body and secret in the path."""

    headers: Headers
    body: bytes
    path_secret: str = ""


class Authentication(BaseModel):
    """The checks of every kind of authentication."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    def is_valid(self, signed: SignedRequest, secrets: Sequence[str]) -> bool:
        """Return whether the request proves one of the secrets."""
        raise NotImplementedError

    def is_fresh(self, signed: SignedRequest, payload: Mapping[str, Any], now: datetime) -> bool:
        """Return whether the signed time is within the tolerance; True if there is none."""
        return True

    def is_from(
        self, signed: SignedRequest, payload: Mapping[str, Any], secrets: Sequence[str]
    ) -> bool:
        """Return whether the payload is from the sender that the secret belongs to."""
        return True

    def problem_with(self, secret: str) -> str:
        """Return why `secret` cannot be used, or "" if it can."""
        if not (secret.isascii() and secret.isprintable()):
            return "may contain ASCII characters only, because of the limits of HTTP headers"
        short = len(secret) < MIN_SECRET_CHARACTERS
        return f"needs at least {MIN_SECRET_CHARACTERS} characters" if short else ""


class Signature(Authentication):
    """An HMAC-SHA256 of the body, or of a timestamp and the body, in a header.

    `tolerance_seconds` is how far the signed time may differ from ours, in both directions.
    """

    kind: Literal["hmac"]
    header: str
    prefix: str = ""
    encoding: Literal["hex", "base64"] = "hex"
    signed: Literal["body", "timestamp+body", "timestamp.body"] = "body"
    timestamp_header: str = ""
    timestamp_path: str = ""
    tolerance_seconds: Annotated[int, Field(ge=1, le=86400)] = TOLERANCE_SECONDS

    @model_validator(mode="after")
    def _has_one_timestamp(self) -> "Signature":
        if self.timestamp_header and self.timestamp_path:
            raise ValueError("timestamp_header and timestamp_path are both set: choose one")
        if self.signed != "body" and not self.timestamp_header:
            raise ValueError(f"signed is {self.signed}, so timestamp_header is required")
        if self.timestamp_path:
            PayloadPath.parse(self.timestamp_path)
        return self

    def is_valid(self, signed: SignedRequest, secrets: Sequence[str]) -> bool:
        given = signed.headers.get(self.header, "")
        content = self._signed_bytes(signed)
        expected = [self.prefix + self._encoded(secret, content) for secret in secrets]
        return _is_one_of(given, expected)

    def is_fresh(self, signed: SignedRequest, payload: Mapping[str, Any], now: datetime) -> bool:
        if self.timestamp_header:
            text = signed.headers.get(self.timestamp_header, "")
        elif self.timestamp_path:
            text = PayloadPath.parse(self.timestamp_path).read(payload)
        else:
            return True
        try:
            age = now - _DATES.read(text.strip())
        except ValueError:
            return False
        return abs(age) <= timedelta(seconds=self.tolerance_seconds)

    def _signed_bytes(self, signed: SignedRequest) -> bytes:
        time = signed.headers.get(self.timestamp_header, "").encode("utf-8", "replace")
        parts = {"body": b"", "timestamp+body": time, "timestamp.body": time + b"."}
        return parts[self.signed] + signed.body

    def _encoded(self, secret: str, content: bytes) -> str:
        digest = hmac.new(secret.encode(), content, hashlib.sha256).digest()
        return digest.hex() if self.encoding == "hex" else base64.b64encode(digest).decode()


class Basic(Authentication):
    """HTTP basic authentication. The secret is NAME:PASSWORD."""

    kind: Literal["basic"]

    def is_valid(self, signed: SignedRequest, secrets: Sequence[str]) -> bool:
        scheme, _, given = signed.headers.get("Authorization", "").partition(" ")
        expected = [base64.b64encode(secret.encode()).decode() for secret in secrets]
        return _is_one_of(given.strip(), expected) and scheme.lower() == "basic"

    def problem_with(self, secret: str) -> str:
        name, _, password = secret.partition(":")
        if not (name and password):
            return "must have the form NAME:PASSWORD"
        # An attacker can know the name, so only the length of the password counts.
        return super().problem_with(password) or super().problem_with(secret)


class SecretHeader(Authentication):
    """A header with the secret."""

    kind: Literal["header"]
    header: str

    def is_valid(self, signed: SignedRequest, secrets: Sequence[str]) -> bool:
        return _is_one_of(signed.headers.get(self.header, ""), secrets)


class SecretPath(Authentication):
    """A secret at the end of the address, for systems without other authentication.

    `sender` is the path of the sender's id in the payload. The secret is SENDER:SECRET.
    """

    kind: Literal["path"]
    sender: str

    def is_valid(self, signed: SignedRequest, secrets: Sequence[str]) -> bool:
        return _is_one_of(signed.path_secret, [one.partition(":")[2] for one in secrets])

    def is_from(
        self, signed: SignedRequest, payload: Mapping[str, Any], secrets: Sequence[str]
    ) -> bool:
        sender = PayloadPath.parse(self.sender).read(payload)
        return _is_one_of(f"{sender}:{signed.path_secret}", secrets)

    def problem_with(self, secret: str) -> str:
        sender, _, rest = secret.partition(":")
        if not (sender and rest):
            return "must have the form SENDER:SECRET"
        if not all(sign.isalnum() or sign in "-_" for sign in rest) or not rest.isascii():
            return "is part of an address, so it may contain letters, digits, - and _ only"
        return super().problem_with(rest)


AnyAuthentication = Annotated[
    Signature | Basic | SecretHeader | SecretPath, Field(discriminator="kind")
]


def _is_one_of(given: str, expected: Sequence[str]) -> bool:
    encoded = given.encode("utf-8", "replace")
    return any(hmac.compare_digest(encoded, one.encode()) for one in expected)
