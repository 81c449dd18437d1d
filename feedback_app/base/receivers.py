"""Receivers of alerts and digests: email addresses, and the Apprise URLs of chats."""

import hashlib
import re
from collections.abc import Iterable
from typing import NamedTuple, Protocol
from urllib.parse import unquote

from feedback_app.base.addresses import IN_ASCII
from feedback_app.base.text import folded
from support_facts import is_email_address

_RECEIVER = re.compile(r"(?:([^=:/@]+)=)?(?:([a-z]{2}):(?!/))?(.+)")
_CHAT = "chat:"


class _Secret(Protocol):
    def get_secret_value(self) -> str: ...


class Receiver(NamedTuple):
    """An email address or Apprise URL, with a language and a team, or "" for any."""

    address: str
    language: str = ""
    team: str = ""

    @property
    def is_chat(self) -> bool:
        """Return whether messages go to a chat."""
        return "://" in self.address

    @property
    def recipient(self) -> str:
        """Return the recipient for the outbox.

        The URL of a chat is a secret, because everybody who has it can write to the chat. The
        outbox therefore stores a digest of it.
        """
        if not self.is_chat:
            return self.address
        return _CHAT + hashlib.sha256(self.address.encode()).hexdigest()[:16]


def is_chat_id(recipient: str) -> bool:
    """Return whether the recipient of a message is a chat; otherwise it is an email address."""
    return recipient.startswith(_CHAT)


def parse_receiver(text: str) -> Receiver:
    """Return `[TEAM=][LANGUAGE:]ADDRESS` as a receiver; %20 is a space in the name of a team."""
    found = _RECEIVER.fullmatch(text)
    team, language, address = found.groups() if found else ("", "", text)
    return Receiver(address, language or "", unquote(team or ""))


def receivers_of(setting: Iterable[_Secret]) -> list[Receiver]:
    """Return the receivers of a setting."""
    return [parse_receiver(one.get_secret_value()) for one in setting]


def check_receiver(text: str) -> None:
    """Raise ValueError, which omits the receiver, unless messages can be sent to it."""
    receiver = parse_receiver(text)
    valid = _is_apprise_url if receiver.is_chat else is_email_address
    if not valid(receiver.address):
        raise ValueError(
            "list email addresses and Apprise URLs separated by spaces; "
            f"email addresses must be {IN_ASCII}"
        )


def of_team(receivers: list[Receiver], team: str | None) -> list[Receiver]:
    """Return the receivers of a team; if it has none, those without a team, or else all."""
    same = [one for one in receivers if one.team and folded(one.team) == folded(team or "")]
    return same or [one for one in receivers if not one.team] or receivers


def _is_apprise_url(url: str) -> bool:
    # Importing it takes half a second, and only chats need it.
    from apprise import Apprise

    return bool(Apprise.instantiate(url, suppress_exceptions=True))
