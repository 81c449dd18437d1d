"""Signed links, each bound to its purpose. The newest key signs, every key in the list verifies."""

import hashlib
import secrets
from collections.abc import Sequence
from datetime import datetime
from typing import Literal, NamedTuple

from itsdangerous import BadSignature, TimestampSigner

Purpose = Literal["survey", "page", "why", "change", "opt-out"]

_TRAILING = ".,;:!?)]}>\"'»“”’"


class BadLinkError(ValueError):
    """The link was not signed by us for this purpose: truncated, changed, revoked or made up."""


class RevokedLinkError(BadLinkError):
    """The link was signed by us, in a time whose links are refused."""


class Signed(NamedTuple):
    """What a token was signed for, and when (UTC)."""

    subject: str
    at: datetime


def new_id() -> str:
    """Return 128 random bits as 22 characters that may stand in an address."""
    return secrets.token_urlsafe(16)


def tidy(token: str) -> str:
    """Return `token` without what mail programs and people leave in a link or on its end.

    A link that was wrapped over two lines has white space inside.
    """
    return "".join(token.split()).rstrip(_TRAILING)


class Links:
    """Signs subjects for a purpose and reads them back.

    Links signed before `valid_from` are refused: how links that leaked are revoked. Not those by
    which a customer objects: an objection must get through, and they show and give nothing.
    """

    def __init__(self, keys: Sequence[str], valid_from: datetime | None = None) -> None:
        self._keys = list(keys)
        self._valid_from = valid_from
        self._signers: dict[str, TimestampSigner] = {}

    def sign(self, purpose: Purpose, subject: str) -> str:
        """Return a token for `subject`, an id of ours; safe in an address."""
        return self._signer(purpose).sign(subject).decode()

    def read(self, purpose: Purpose, token: str) -> Signed:
        """Return what `token` was signed for.

        Several spellings of one token verify, so key on the subject, never on the token.
        Raises BadLinkError for a token of another purpose or key or a changed one, and
        RevokedLinkError for a revoked one.
        """
        try:
            subject, signed_at = self._signer(purpose).unsign(tidy(token), return_timestamp=True)
            found = Signed(subject.decode("ascii"), signed_at)
        except (BadSignature, ValueError) as error:
            raise BadLinkError("this link is not one of ours, or it was changed") from error
        if purpose != "opt-out" and self._valid_from and found.at < self._valid_from:
            raise RevokedLinkError("links of that time were revoked")
        return found

    def _signer(self, purpose: str) -> TimestampSigner:
        if purpose not in self._signers:
            self._signers[purpose] = TimestampSigner(
                self._keys, salt=f"feedback.{purpose}", digest_method=hashlib.sha256
            )
        return self._signers[purpose]
