"""Signed links, each valid for one purpose. The last key signs; every key in the list verifies."""

import hashlib
import hmac
import re
import secrets
import time
from base64 import urlsafe_b64encode
from collections.abc import Sequence
from datetime import datetime
from functools import cache, lru_cache
from typing import Literal, NamedTuple
from urllib.parse import unquote

from itsdangerous import BadSignature, TimestampSigner
from itsdangerous.signer import SigningAlgorithm

Purpose = Literal["survey", "page", "why", "change", "thanks", "opt-out"]

_TRAILING = ".,;:!?)]}>\"'»“”’"
# An id, perhaps with a second part, the time in 4 bytes and a SHA-256 signature, all in base64.
_TOKEN = re.compile(
    r"(?<![\w-])[\w-]{22}(?::[\w-]{1,64})?\.[\w-]{6}\.[\w-]{43}(?![A-Za-z0-9](?!ttps?:))", re.ASCII
)
# Line breaks with the `=` of quoted-printable or the `>` of a reply, and invisible characters.
_WRAPPING = re.compile(
    r"=?\s+(?:>\s*)*|</?w?br */?>"
    r"|[\u00ad\u034f\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe0f\ufeff]"
)


class BadLinkError(ValueError):
    """The link has no valid signature for this purpose: truncated, changed, revoked or forged."""


class RevokedLinkError(BadLinkError):
    """The link was signed before `valid_from`."""


class Signed(NamedTuple):
    """The subject of a token and when it was signed (UTC)."""

    subject: str
    at: datetime


def new_id() -> str:
    """Return 32 bits of time and 96 random bits as 22 URL-safe characters.

    Keys of about the same time are near each other in an index, as in a UUID of version 7
    (RFC 9562): an import writes a third of the pages that random keys would touch.
    """
    key = int(time.time()).to_bytes(4) + secrets.token_bytes(12)
    return urlsafe_b64encode(key)[:22].decode()


def tidy(token: str) -> str:
    """Return `token` without what email programs add within, before and after it."""
    return split_token(token)[0] or _unwrapped(token).rstrip(_TRAILING)


@lru_cache(maxsize=256)
def split_token(text: str) -> tuple[str, str]:
    """Return the first token in `text`, recognised by its form, and the text after it.

    The token is "" if there is none. The signature is not checked.
    """
    text = unquote(text)  # some programs percent-encode a link a second time
    found = _TOKEN.search(text) or _TOKEN.search(_unwrapped(text))
    return (found[0], found.string[found.end() :]) if found else ("", text)


def _unwrapped(text: str) -> str:
    return _WRAPPING.sub("", text)


class _SHA256(SigningAlgorithm):
    """HMAC with SHA-256 in one call, which takes half the time of itsdangerous's object."""

    def get_signature(self, key: bytes, value: bytes) -> bytes:
        return hmac.digest(key, value, "sha256")


class Links:
    """Signs and verifies subjects for a purpose.

    To revoke leaked links, links signed before `valid_from` are refused.
    """

    def __init__(self, keys: Sequence[str], valid_from: datetime | None = None) -> None:
        self._keys = list(keys)
        self._valid_from = valid_from
        self._signers: dict[str, TimestampSigner] = {}

    def sign(self, purpose: Purpose, subject: str) -> str:
        """Return a URL-safe token for `subject`, one of our ids."""
        return self._signer(purpose).sign(subject).decode()

    def read(self, purpose: Purpose, token: str) -> Signed:
        """Return the subject of `token` and when it was signed.

        Several spellings of a token are valid, so use the subject as a key, not the token.
        Raises BadLinkError if the token is changed or has another purpose or key, and
        RevokedLinkError if it was revoked.
        """
        try:
            subject, signed_at = self._signer(purpose).unsign(tidy(token), return_timestamp=True)
            found = Signed(subject.decode("ascii"), signed_at)
        except (BadSignature, ValueError) as error:
            raise BadLinkError("the link has no valid signature") from error
        if self._valid_from and found.at < self._valid_from:
            raise RevokedLinkError("the link was revoked")
        return found

    def _signer(self, purpose: str) -> TimestampSigner:
        if purpose not in self._signers:
            salt = f"feedback.{purpose}"
            signer = TimestampSigner(
                self._keys, salt=salt, digest_method=hashlib.sha256, algorithm=_SHA256()
            )
            signer.derive_key = cache(signer.derive_key)  # type: ignore[method-assign]
            self._signers[purpose] = signer
        return self._signers[purpose]
