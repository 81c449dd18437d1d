"""Keyed digests of email addresses, which can be compared but not reversed without the key."""

import hashlib
import hmac
from collections.abc import Sequence
from typing import NamedTuple

from feedback_app.base.addresses import spellings


class AddressDigest(NamedTuple):
    """The digest of an address, and which secret key it was made with."""

    key_id: str
    digest: str


class AddressDigests:
    """Digests of email addresses: HMAC-SHA256 with each secret key. The last key is the newest."""

    def __init__(self, keys: Sequence[str]) -> None:
        self._keys = {_hmac(key, "id")[:16]: key for key in keys}

    @property
    def key_ids(self) -> tuple[str, ...]:
        """Return the ids of the keys, the newest last."""
        return tuple(self._keys)

    def newest(self, address: str) -> AddressDigest:
        """Return the digest with the newest key."""
        return self.each(address)[-1]

    def each(self, address: str) -> list[AddressDigest]:
        """Return the digest with each key, the newest last. Spellings of an address are equal."""
        text = f"address {spellings(address)[0]}"
        return [AddressDigest(name, _hmac(key, text)) for name, key in self._keys.items()]


def _hmac(key: str, text: str) -> str:
    purpose = f"feedback.contact-digest {text}"
    return hmac.new(key.encode(), purpose.encode(), hashlib.sha256).hexdigest()
