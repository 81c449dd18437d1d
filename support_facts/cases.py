"""Tables about cases, the survey and metrics, which the program works with."""

from typing import Annotated, Literal

from support_facts.schema import DomainOrAddress, Entry, ListOf, OrUnset, Table, between, exactly
from support_facts.text import Line, Text

Who = Literal["customer", "support", "engineering", "devops", "management", "everybody"]
Seconds = Annotated[int, between(1, 366 * 86400)]
Days = Annotated[int, between(1, 3650)]


class Actor(Entry):
    """A person or group that acts on a case."""

    name: Text


class Step(Table):
    """A step of a case: who acts, what they do, and what makes it faster."""

    who: Who
    text: Text
    faster: OrUnset[Text]


class CaseKind(Entry):
    """How a case is handled; the site describes it if `public` is true."""

    name: Text
    summary: Text
    promise: Text
    public: bool
    steps: ListOf[Step]


class CaseType(Entry):
    """How a case is raised."""

    name: Text
    use_for: Text
    start_priority: Text
    asks_for: Text


class Status(Entry):
    """A status of a case; `name` is the same in every language.

    `next` holds the keys of the statuses that can follow.
    """

    name: Line
    meaning: Text
    who_acts: Text
    you_can: Text
    next: ListOf[Line]


class ClosureReason(Entry):
    """Why a case was closed, for leads (`name`) and in the closure email."""

    name: Text
    explanation: Text
    help_heading: Text


class Theme(Entry):
    """What a comment is about, for leads to mark answers with."""

    name: Text


class Metric(Entry):
    """A metric. Only metrics with a target have `target` and its number.

    For a duration this is `target_seconds` on `target_clock`, for a share `target_percent`.
    """

    name: Text
    short: Line
    definition: Text
    formula: Text
    target: OrUnset[Text]
    target_seconds: OrUnset[Seconds]
    target_clock: OrUnset[Literal["calendar", "business"]]
    target_percent: OrUnset[Annotated[int, between(1, 100)]] = None
    excludes: Text
    unit: Literal["seconds", "points", "share"]
    better: Literal["lower", "higher"]
    direction: Text


class Question(Entry):
    """A question of the survey; `points` go from 1 (worst) to 5 (best)."""

    metric: Line
    text: Text
    points: Annotated[ListOf[Text], exactly(5)]


class SurveyRules(Table):
    """The rules of the survey. support.toml explains each of them."""

    show_subject: bool = False
    low_threshold: Annotated[int, between(1, 4)]
    survey_delay_hours: Annotated[int, between(0, 240)] = 0
    link_lifetime_days: Days
    reminder_after_days: Annotated[int, between(0, 3650)] = 0
    edit_window_hours: Annotated[int, between(0, 720)]
    asking_limit_days: Days
    sampling_percent: Annotated[int, between(1, 100)] = 100
    quiet_period_days: Annotated[int, between(0, 3650)]
    never_ask: ListOf[DomainOrAddress] = ()
    emails_per_contact: Annotated[int, between(1, 10_000)] = 20
    emails_per_import: Annotated[int, between(1, 1_000_000)] = 500
    same_closure_hours: Annotated[int, between(0, 720)]
    comment_limit: Annotated[int, between(4000, 20000)]
    reason_required: bool
    wording_version: Annotated[int, between(1, 10000)]
    minimum_n: Annotated[int, between(5, 1000)]
    share_minimum_n: Annotated[int, between(5, 1000)]
    follow_up_working_days: Annotated[int, between(1, 60)]
    read_within_days: Annotated[int, between(1, 60)]


class Period(Entry):
    """A retention period: days, when they start, and what is removed after them."""

    days: Days
    counted_from: Text
    removed: Text
