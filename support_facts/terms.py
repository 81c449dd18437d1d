"""Who we are, how to reach us, and the words and lists that the pages explain."""

from dataclasses import dataclass
from datetime import date
from typing import Annotated

from support_facts.checks import (
    between,
    mail_address,
    page_name,
    phone_number,
    time_zone,
    web_address,
)
from support_facts.text import Text

WebAddress = Annotated[str, web_address]
MailAddress = Annotated[str, mail_address]
Count = Annotated[int, between(1, 1000)]


@dataclass(frozen=True)
class Organisation:
    """Whose site it is; weeks begin and end in `time_zone`."""

    name: str
    time_zone: Annotated[str, time_zone]
    site_url: WebAddress | None
    case_language: Text


@dataclass(frozen=True)
class Contacts:
    """The ways to reach support; what is not set has a wording of its own in `…_unset`."""

    portal_name: str
    portal_url: WebAddress
    access_url: WebAddress
    support_address: MailAddress
    noreply_address: MailAddress
    security_address: MailAddress
    security_txt_expires: date
    vulnerability_programme: str
    community_name: str
    community_url: WebAddress
    secrets_name: str
    secrets_field: str
    hours: Text
    service_status_url: WebAddress | None
    service_status_url_unset: Text
    phone: Annotated[str, phone_number] | None
    phone_unset: Text
    privacy_address: MailAddress | None
    privacy_address_unset: Text
    imprint_url: WebAddress | None
    imprint_url_unset: Text


@dataclass(frozen=True)
class Practice:
    """How we handle what no page states by itself: the operator's own rules."""

    reopening: Text | None
    reopening_unset: Text
    closing_without_reply: Text | None
    closing_without_reply_unset: Text


@dataclass(frozen=True)
class Feedback:
    """What happens to an answer."""

    why_two_questions: Text
    readers: Text
    meeting: Text
    contact: Text


@dataclass(frozen=True)
class Kept:
    """What stays when every period is over."""

    after_all_periods: Text


@dataclass(frozen=True)
class Numbers:
    """Numbers that pages name; ranges are texts."""

    change_request_days: str
    security_publication_days: Count
    go_live_notice_weeks: Count
    portal_seats_standard: Count
    portal_seats_premier: Count


@dataclass(frozen=True)
class Priority:
    """A priority: the impact that calls for it, examples, and when such cases are worked on.

    `ask` is the question whose "yes" leads a customer to it.
    """

    key: str
    code: str
    name: str
    ask: Text
    when: Text
    examples: tuple[Text, ...]
    worked_on: Text


@dataclass(frozen=True)
class EscalationStatus:
    """A stage of an escalation; `name` is the same in every language, `next` holds keys."""

    key: str
    name: str
    meaning: Text
    next: tuple[str, ...]


@dataclass(frozen=True)
class TicketStatus:
    """A stage of an engineering ticket; `name` is the same in every language."""

    key: str
    name: str
    meaning: Text


@dataclass(frozen=True)
class Portal:
    """What the portal calls its buttons and its sizes of access, in every language."""

    create_label: str
    list_label: str
    details_label: str
    standard_access: str
    premier_access: str


@dataclass(frozen=True)
class Category:
    """What to choose when creating a case; `name` is what the portal shows."""

    key: str
    name: str
    use_for: Text


@dataclass(frozen=True)
class Piece:
    """A piece of information that belongs into a case."""

    key: str
    name: Text
    questions: tuple[Text, ...]
    why: Text


@dataclass(frozen=True)
class Check:
    """Something to look at in the infrastructure, and what of it to `keep` for the case."""

    key: str
    name: Text
    look: tuple[Text, ...]
    keep: Text


@dataclass(frozen=True)
class MailSubject:
    """The subject of a notification mail, for filters; words in braces vary."""

    key: str
    sent_when: Text
    pattern: str


@dataclass(frozen=True)
class Role:
    """Somebody a customer may meet or read about."""

    key: str
    name: Text
    does: Text


@dataclass(frozen=True)
class Term:
    """A word and what we mean by it."""

    key: str
    name: Text
    meaning: Text


@dataclass(frozen=True)
class Change:
    """Something that changed in how we work; `page` is the page that says it in full."""

    key: str
    day: date
    title: Text
    text: Text
    page: Annotated[str, page_name] | None
