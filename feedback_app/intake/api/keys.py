"""API keys of case systems. A key is shown once; only its digest is stored."""

import hashlib
import hmac
import secrets
from datetime import datetime

from feedback_app.database.contract import Database
from feedback_app.records import SenderKey
from feedback_app.store import sender_keys

# A fixed prefix, so that people and secret scanners recognise a leaked key.
_PREFIX = "fbk"


def new_key(source: str, now: datetime) -> tuple[SenderKey, str]:
    """Return the stored form of a new key for cases of `source`, and the key itself."""
    key_id, secret = secrets.token_hex(6), secrets.token_hex(32)
    text = f"{_PREFIX}_{key_id}_{secret}"
    return SenderKey(id=key_id, source=source, key_digest=_digest(text), created_at=now), text


def find_key(database: Database, text: str) -> SenderKey | None:
    """Return the stored key for `text`, or None if it is unknown or revoked."""
    prefix, _, rest = text.partition("_")
    key_id, _, secret = rest.partition("_")
    if prefix != _PREFIX or not secret or not key_id.isalnum() or not text.isascii():
        return None
    key = sender_keys.find(database, key_id)
    # A key has 256 random bits, so a plain digest of it cannot be reversed.
    if key and hmac.compare_digest(key.key_digest, _digest(text)) and not key.revoked_at:
        return key
    return None


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
