"""Keys of case systems that send closed cases: shown once, recognised by their digest."""

import hashlib
import hmac
import secrets
from datetime import datetime

from feedback_app.database.contract import Database
from feedback_app.records import SenderKey
from feedback_app.store import sender_keys

# Names the sort of secret, so that whoever finds one in a repository knows what it opens.
_MARK = "fbk"


def new_key(source: str, now: datetime) -> tuple[SenderKey, str]:
    """Return what is stored of a new key for cases of `source`, and the key itself."""
    key_id, secret = secrets.token_hex(6), secrets.token_hex(32)
    text = f"{_MARK}_{key_id}_{secret}"
    return SenderKey(id=key_id, source=source, key_digest=_digest(text), created_at=now), text


def recognised(database: Database, text: str) -> SenderKey | None:
    """Return the key that `text` is, unless it is none of ours or was revoked."""
    mark, _, rest = text.partition("_")
    key_id, _, secret = rest.partition("_")
    if mark != _MARK or not secret or not key_id.isalnum() or not text.isascii():
        return None
    key = sender_keys.find(database, key_id)
    # A key is 256 random bits, so a plain digest of it cannot be guessed back.
    if key and hmac.compare_digest(key.key_digest, _digest(text)) and not key.revoked_at:
        return key
    return None


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
