"""Tables about the organisation, its contacts, and the terms that the pages explain."""

from datetime import date
from typing import Annotated, Literal

from support_facts.schema import (
    Entry,
    HolidayRegion,
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
    """The operator of the site. Weeks start and end in `time_zone`.

    `holidays` names the region whose public holidays are not working days. Working hours are full
    hours of the day.
    """

    name: Line
    time_zone: TimeZone
    holidays: OrUnset[HolidayRegion] = None
    working_hours_from: Annotated[int, between(0, 23)] = 9
    working_hours_to: Annotated[int, between(1, 24)] = 17
    site_url: OrUnset[WebAddress]
    case_language: Text


class Contacts(Table):
    """Ways to reach support."""

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
    hours: OrUnset[Text]
    service_status_url: OrUnset[WebAddress]
    phone: OrUnset[PhoneNumber]
    privacy_address: OrUnset[MailAddress]
    imprint_url: OrUnset[WebAddress]


Weekday = Literal["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]


class Practice(Table):
    """Rules that the operator sets."""

    reopening: Text
    closure_email_replies: OrUnset[Text] = None
    closing_without_reply: OrUnset[Text]
    follow_up: OrUnset[Text] = None
    weekly_meeting: OrUnset[Weekday] = None


class Feedback(Table):
    """What happens to an answer."""

    why_two_questions: Text
    readers: Text
    meeting: Text
    follow_up: Text


class Kept(Table):
    """What is kept after all retention periods."""

    after_all_periods: Text


class Numbers(Table):
    """Numbers on pages; a range is a text."""

    change_request_days: Line
    security_publication_days: Count
    go_live_notice_weeks: Count
    portal_seats_standard: Count
    portal_seats_premier: Count


class Priority(Entry):
    """A priority: when it applies, examples, and when we work on such cases.

    A "yes" to the question `ask` leads to this priority.
    """

    code: Line
    name: Line
    ask: Text
    when: Text
    examples: ListOf[Text]
    worked_on: Text


class CaseCourse(Entry):
    """What happens with a case, from start to end, for one reason to write to support."""

    name: Text
    first: Text
    then: Text
    end: Text
    time: Text


class EscalationStatus(Entry):
    """A status of an escalation; `name` is the same in every language.

    `next` holds the keys of the statuses that can follow.
    """

    name: Line
    meaning: Text
    next: ListOf[Line]


class TicketStatus(Entry):
    """A status of an engineering ticket; `name` is the same in every language."""

    name: Line
    meaning: Text


class Portal(Table):
    """Names of buttons and access levels in the portal, the same in every language."""

    create_label: Line
    list_label: Line
    details_label: Line
    standard_access: Line
    premier_access: Line


class Category(Entry):
    """A category of a new case; `name` is its name in the portal."""

    name: Line
    use_for: Text


class Piece(Entry):
    """Information that a case needs."""

    name: Text
    questions: ListOf[Text]
    why: Text


class Check(Entry):
    """A check of the infrastructure; `keep` is what to add to the case."""

    name: Text
    look: ListOf[Text]
    keep: Text


class MailSubject(Entry):
    """The subject of a notification email; words in braces vary."""

    sent_when: Text
    pattern: Line


class SupportRole(Entry):
    """A person that a customer may meet or read about."""

    name: Text
    does: Text


class Term(Entry):
    """A term and its meaning."""

    name: Text
    meaning: Text


class Change(Entry):
    """A change in how we work; `page` has the details."""

    day: date
    title: Text
    text: Text
    page: OrUnset[PageName]
