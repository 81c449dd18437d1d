"""How cases run and how we measure ourselves: the tables the program works with."""

from dataclasses import dataclass
from typing import Annotated, Literal

from support_facts.checks import between
from support_facts.text import Text

Who = Literal["customer", "support", "engineering", "devops", "management", "everybody"]
Days = Annotated[int, between(1, 3650)]


@dataclass(frozen=True)
class Actor:
    """Somebody who acts on a case, as the steps name them."""

    key: str
    name: Text


@dataclass(frozen=True)
class Step:
    """One step on a case: who acts, what they do, and what would make it faster."""

    who: Who
    text: Text
    faster: Text | None


@dataclass(frozen=True)
class CaseKind:
    """How a case is worked on. `public` says whether the site describes it."""

    key: str
    name: Text
    summary: Text
    promise: Text
    public: bool
    steps: tuple[Step, ...]


@dataclass(frozen=True)
class CaseType:
    """How a case is raised."""

    key: str
    name: Text
    use_for: Text
    start_priority: Text
    asks_for: Text


@dataclass(frozen=True)
class Status:
    """A stage of a case; `name` is the same in every language, `next` holds keys."""

    key: str
    name: str
    meaning: Text
    who_acts: Text
    you_can: Text
    next: tuple[str, ...]


@dataclass(frozen=True)
class ClosureReason:
    """Why a case was closed."""

    key: str
    name: Text


@dataclass(frozen=True)
class Metric:
    """What is measured. Only metrics with an aim have `target`, its seconds and their clock."""

    key: str
    name: Text
    short: str
    definition: Text
    formula: Text
    target: Text | None
    target_seconds: Annotated[int, between(1, 366 * 86400)] | None
    target_clock: Literal["calendar", "business"] | None
    excludes: Text
    unit: Literal["seconds", "points", "share"]
    better: Literal["lower", "higher"]
    direction: Text


@dataclass(frozen=True)
class Question:
    """A question of the survey; `points` go from 1, the worst, to 5, the best."""

    key: str
    metric: str
    text: Text
    points: tuple[Text, Text, Text, Text, Text]


@dataclass(frozen=True)
class SurveyRules:
    """The rules of the survey; units are in the names."""

    low_threshold: Annotated[int, between(1, 4)]
    link_lifetime_days: Days
    edit_window_hours: Annotated[int, between(0, 720)]
    asking_limit_days: Days
    quiet_period_days: Annotated[int, between(0, 3650)]
    same_closure_hours: Annotated[int, between(0, 720)]
    comment_limit: Annotated[int, between(4000, 20000)]
    reason_required: bool
    wording_version: Annotated[int, between(1, 10000)]
    minimum_n: Annotated[int, between(5, 1000)]
    share_minimum_n: Annotated[int, between(5, 1000)]
    follow_up_working_days: Annotated[int, between(1, 60)]
    read_within_days: Annotated[int, between(1, 60)]


@dataclass(frozen=True)
class Period:
    """How long something is kept, counted from when, and what is removed when it ends."""

    days: Days
    counted_from: Text
    removed: Text
