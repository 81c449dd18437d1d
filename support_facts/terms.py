"""Who we are, how to reach us, and the words and lists that the pages explain."""

from datetime import date
from typing import Annotated

from support_facts.schema import (
    Entry,
    ListOf,
    MailAddress,
    OrUnset,
    PageName,
    PhoneNumber,
    Table,
    TimeZone,
    WebAddress,
    between,
)
from support_facts.text import Line, Text

Count = Annotated[int, between(1, 1000)]


class Organisation(Table):
    """Whose site it is; weeks begin and end in `time_zone`."""

    name: Line
    time_zone: TimeZone
    site_url: OrUnset[WebAddress]
    case_language: Text


class Contacts(Table):
    """The ways to reach support; what is not set has a wording of its own in `…_unset`."""

    portal_name: Line
    portal_url: WebAddress
    access_url: WebAddress
    support_address: MailAddress
    noreply_address: MailAddress
    security_address: MailAddress
    security_txt_expires: date
    vulnerability_programme: Line
    community_name: Line
    community_url: WebAddress
    secrets_name: Line
    secrets_field: Line
    hours: Text
    service_status_url: OrUnset[WebAddress]
    service_status_url_unset: Text
    phone: OrUnset[PhoneNumber]
    phone_unset: Text
    privacy_address: OrUnset[MailAddress]
    privacy_address_unset: Text
    imprint_url: OrUnset[WebAddress]
    imprint_url_unset: Text


class Practice(Table):
    """How we handle what no page states by itself: the operator's own rules."""

    reopening: OrUnset[Text]
    reopening_unset: Text
    closing_without_reply: OrUnset[Text]
    closing_without_reply_unset: Text


class Feedback(Table):
    """What happens to an answer."""

    why_two_questions: Text
    readers: Text
    meeting: Text
    contact: Text


class Kept(Table):
    """What stays when every period is over."""

    after_all_periods: Text


class Numbers(Table):
    """Numbers that pages name; ranges are texts."""

    change_request_days: Line
    security_publication_days: Count
    go_live_notice_weeks: Count
    portal_seats_standard: Count
    portal_seats_premier: Count


class Priority(Entry):
    """A priority: the impact that calls for it, examples, and when such cases are worked on.

    `ask` is the question whose "yes" leads a customer to it.
    """

    code: Line
    name: Line
    ask: Text
    when: Text
    examples: ListOf[Text]
    worked_on: Text


class EscalationStatus(Entry):
    """A stage of an escalation; `name` is the same in every language, `next` holds keys."""

    name: Line
    meaning: Text
    next: ListOf[Line]


class TicketStatus(Entry):
    """A stage of an engineering ticket; `name` is the same in every language."""

    name: Line
    meaning: Text


class Portal(Table):
    """What the portal calls its buttons and its sizes of access, in every language."""

    create_label: Line
    list_label: Line
    details_label: Line
    standard_access: Line
    premier_access: Line


class Category(Entry):
    """What to choose when creating a case; `name` is what the portal shows."""

    name: Line
    use_for: Text


class Piece(Entry):
    """A piece of information that belongs into a case."""

    name: Text
    questions: ListOf[Text]
    why: Text


class Check(Entry):
    """Something to look at in the infrastructure, and what of it to `keep` for the case."""

    name: Text
    look: ListOf[Text]
    keep: Text


class MailSubject(Entry):
    """The subject of a notification mail, for filters; words in braces vary."""

    sent_when: Text
    pattern: Line


class Role(Entry):
    """Somebody a customer may meet or read about."""

    name: Text
    does: Text


class Term(Entry):
    """A word and what we mean by it."""

    name: Text
    meaning: Text


class Change(Entry):
    """Something that changed in how we work; `page` is the page that says it in full."""

    day: date
    title: Text
    text: Text
    page: OrUnset[PageName]
