"""Addresses that get no survey, wherever their case comes from."""

import re
from dataclasses import dataclass
from email.utils import parseaddr
from typing import Literal
from urllib.parse import unquote, urlsplit

from feedback_app.settings import Settings
from support_facts import Facts

NotAskedBecause = Literal["own_address", "automatic_address", "opt_out", "excluded"]
# Nobody reads what is sent to these, or a program answers it.
UNREAD = ("own_address", "automatic_address")

# RFC 2142 and RFC 3834 name some of these; the others are common in mail servers and newsletters.
_AUTOMATIC = re.compile(
    r"(?:mailer[-_]?daemon|postmaster|nobody|devnull|microsoftexchange[0-9a-f]{8,})"
    r"|(?:keine[._-]?antwort|nicht[._-]?antworten)"
    r"|bounces?(?:[+=].*|[-_.]?[0-9].*)?"
    r"|(?:prvs|msprvs1|btv1|srs[01])=.*"
    r"|(?:.*[._+-])?(?:no|do[._-]?not|never)[._-]?reply(?:[._+-].*|[0-9]+)?"
)


@dataclass(frozen=True)
class NeverAsked:
    """Our own addresses, those of programs, and those that `survey.never_ask` lists."""

    own: frozenset[str] = frozenset()
    listed: frozenset[str] = frozenset()

    @classmethod
    def of(cls, settings: Settings, facts: Facts) -> "NeverAsked":
        """Return the addresses of these settings and facts."""
        contacts = facts.contacts
        smtp = urlsplit(settings.smtp_url.get_secret_value()) if settings.smtp_url else None
        own = (
            contacts.support_address,
            contacts.noreply_address,
            contacts.security_address,
            contacts.privacy_address or "",
            parseaddr(settings.mail_from or "")[1],
            parseaddr(settings.reply_to or "")[1],
            unquote((smtp and smtp.username) or ""),
        )
        without_tags = frozenset(_without_tag(one) for one in own if "@" in one)
        return cls(without_tags, frozenset(facts.survey.never_ask))

    def reason(self, address: str, opted_out: bool = False) -> NotAskedBecause | None:
        """Return why this address, with its domain in ASCII, is not asked; None if it may be.

        `opted_out` tells whether its owner opted out.
        """
        address = address.lower()
        local, _, domain = address.rpartition("@")
        if _without_tag(address) in self.own:
            return "own_address"
        if _AUTOMATIC.fullmatch(local):
            return "automatic_address"
        if opted_out:
            return "opt_out"
        return "excluded" if address in self.listed or self._has_listed(domain) else None

    def _has_listed(self, domain: str) -> bool:
        """Return whether this domain, or one that it is part of, is listed."""
        while domain and domain not in self.listed:
            domain = domain.partition(".")[2]
        return bool(domain)


def _without_tag(address: str) -> str:
    """Return `support@a.example` for `Support+case1@a.example`."""
    local, _, domain = address.lower().rpartition("@")
    return f"{local.partition('+')[0]}@{domain}"
