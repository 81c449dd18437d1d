"""How a webhook proves who it is. Every comparison takes the same time, right or wrong."""

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

from feedback_app.intake.dates import Moments
from feedback_app.intake.webhooks.paths import PayloadPath

SHORTEST_SECRET = 16
TOLERANCE_SECONDS = 300
_MOMENTS = Moments(ZoneInfo("UTC"))


@dataclass(frozen=True)
class Proof:
    """What a request shows: its headers, its raw body, and what stands in its path."""

    headers: Headers
    body: bytes
    path_secret: str = ""


class Authentication(BaseModel):
    """What every kind of proof can say of a request and of a secret."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    def holds(self, proof: Proof, secrets: Sequence[str]) -> bool:
        """Return whether the request was made with one of the secrets."""
        raise NotImplementedError

    def is_fresh(self, proof: Proof, payload: Mapping[str, Any], now: datetime) -> bool:
        """Return whether the signed time is near enough; True where there is none."""
        return True

    def is_from(self, proof: Proof, payload: Mapping[str, Any], secrets: Sequence[str]) -> bool:
        """Return whether the payload names the sender whose secret the request was made with."""
        return True

    def fault_of(self, secret: str) -> str:
        """Return what keeps `secret` from being used, "" if nothing does."""
        if not (secret.isascii() and secret.isprintable()):
            return "may hold ASCII characters only, because headers carry no others"
        short = len(secret) < SHORTEST_SECRET
        return f"needs at least {SHORTEST_SECRET} characters" if short else ""


class Signature(Authentication):
    """An HMAC-SHA256 of the body, or of a time and the body, in a header.

    `tolerance_seconds` is how far the signed time may lie from ours, either way.
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
    def _says_the_time_once(self) -> "Signature":
        if self.timestamp_header and self.timestamp_path:
            raise ValueError("timestamp_header and timestamp_path are both there: choose one")
        if self.signed != "body" and not self.timestamp_header:
            raise ValueError(f"signed is {self.signed}: name timestamp_header")
        if self.timestamp_path:
            PayloadPath.parse(self.timestamp_path)
        return self

    def holds(self, proof: Proof, secrets: Sequence[str]) -> bool:
        shown = proof.headers.get(self.header, "")
        signed = self._signed(proof)
        wanted = [self.prefix + self._encoded(secret, signed) for secret in secrets]
        return _is_one_of(shown, wanted)

    def is_fresh(self, proof: Proof, payload: Mapping[str, Any], now: datetime) -> bool:
        if self.timestamp_header:
            text = proof.headers.get(self.timestamp_header, "")
        elif self.timestamp_path:
            text = PayloadPath.parse(self.timestamp_path).read(payload)
        else:
            return True
        try:
            age = now - _MOMENTS.read(text.strip())
        except ValueError:
            return False
        return abs(age) <= timedelta(seconds=self.tolerance_seconds)

    def _signed(self, proof: Proof) -> bytes:
        time = proof.headers.get(self.timestamp_header, "").encode("utf-8", "replace")
        parts = {"body": b"", "timestamp+body": time, "timestamp.body": time + b"."}
        return parts[self.signed] + proof.body

    def _encoded(self, secret: str, signed: bytes) -> str:
        digest = hmac.new(secret.encode(), signed, hashlib.sha256).digest()
        return digest.hex() if self.encoding == "hex" else base64.b64encode(digest).decode()


class Basic(Authentication):
    """HTTP basic authentication. The secret is NAME:PASSWORD."""

    kind: Literal["basic"]

    def holds(self, proof: Proof, secrets: Sequence[str]) -> bool:
        scheme, _, shown = proof.headers.get("Authorization", "").partition(" ")
        wanted = [base64.b64encode(secret.encode()).decode() for secret in secrets]
        return _is_one_of(shown.strip(), wanted) and scheme.lower() == "basic"

    def fault_of(self, secret: str) -> str:
        name, _, password = secret.partition(":")
        if not (name and password):
            return "is written NAME:PASSWORD"
        # Whoever guesses knows the name: only the password's length counts.
        return super().fault_of(password) or super().fault_of(secret)


class SecretHeader(Authentication):
    """A header that holds the secret."""

    kind: Literal["header"]
    header: str

    def holds(self, proof: Proof, secrets: Sequence[str]) -> bool:
        return _is_one_of(proof.headers.get(self.header, ""), secrets)


class SecretPath(Authentication):
    """A secret at the end of the address, for systems that can prove nothing else.

    `sender` is the path in the payload that says who sent it. The secret is SENDER:SECRET.
    """

    kind: Literal["path"]
    sender: str

    def holds(self, proof: Proof, secrets: Sequence[str]) -> bool:
        return _is_one_of(proof.path_secret, [one.partition(":")[2] for one in secrets])

    def is_from(self, proof: Proof, payload: Mapping[str, Any], secrets: Sequence[str]) -> bool:
        said = PayloadPath.parse(self.sender).read(payload)
        return _is_one_of(f"{said}:{proof.path_secret}", secrets)

    def fault_of(self, secret: str) -> str:
        sender, _, rest = secret.partition(":")
        if not (sender and rest):
            return "is written SENDER:SECRET"
        if not all(sign.isalnum() or sign in "-_" for sign in rest) or not rest.isascii():
            return "stands in an address: letters, digits, - and _ only"
        return super().fault_of(rest)


AnyAuthentication = Annotated[
    Signature | Basic | SecretHeader | SecretPath, Field(discriminator="kind")
]


def _is_one_of(shown: str, wanted: Sequence[str]) -> bool:
    given = shown.encode("utf-8", "replace")
    return any(hmac.compare_digest(given, one.encode()) for one in wanted)
