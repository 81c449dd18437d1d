"""One file of published figures: its period, the rules it was made by, definitions and figures."""

from datetime import date
from typing import Annotated, Literal

from pydantic import Field, model_validator

from published_results.figures import Figures
from published_results.part import Approval, Count, Moment, Part, Words

FORMAT: Literal["support-results-1"] = "support-results-1"
Week = Annotated[str, Field(pattern=r"^[0-9]{4}-W[0-9]{2}$")]
Digest = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class PublishedPeriod(Part):
    """Whole ISO weeks of the support team's time zone; both days are part of it."""

    first_week: Week
    last_week: Week
    first_day: date
    last_day: date

    @model_validator(mode="after")
    def _runs_forward(self) -> "PublishedPeriod":
        if self.first_week > self.last_week or self.first_day > self.last_day:
            raise ValueError("the period ends before it begins")
        return self

    @property
    def name(self) -> str:
        """Return what files and anchors call it, such as 2026-W44_2026-W47."""
        return f"{self.first_week}_{self.last_week}"


class Target(Part):
    """An aim: a metric's durations should stay at or below these seconds, on this clock."""

    metric: str
    seconds: Count
    clock: str


class Rules(Part):
    """By what rules the figures were made. Periods of days are calendar days unless named."""

    time_zone: str
    minimum_n: Count
    share_minimum_n: Count
    low_threshold: Count
    read_within_days: Count
    contact_within_working_days: Count
    targets: tuple[Target, ...]


class Definition(Part):
    """What a metric meant when the figures were published."""

    metric: str
    short: str
    name: Words
    definition: Words
    formula: Words
    excludes: Words
    direction: Words
    target: Words | None


class QuestionWording(Part):
    """How a question was put, with its five points from the worst to the best."""

    question: str
    wording_version: Count
    text: Words
    points: Annotated[tuple[Words, ...], Field(min_length=5, max_length=5)]


class Correction(Part):
    """What a later version changed, field by field, and why."""

    why: Annotated[str, Field(min_length=1, max_length=2000)]
    changes: tuple[str, ...]


class Link(Part):
    """The file that was published before this one, by name and SHA-256 of its bytes."""

    file: str
    sha256: Digest


class Result(Part):
    """The published figures of one period. Version 1 is the first, later ones are corrections."""

    format: Literal["support-results-1"]
    period: PublishedPeriod
    version: Annotated[int, Field(ge=1)]
    as_of: Moment
    sample: bool
    approved: Approval
    correction: Correction | None
    previous: Link | None
    rules: Rules
    definitions: tuple[Definition, ...]
    questions: tuple[QuestionWording, ...]
    figures: Figures

    @model_validator(mode="after")
    def _later_versions_say_why(self) -> "Result":
        if (self.version == 1) != (self.correction is None):
            raise ValueError("version 1 corrects nothing, and every later version says why")
        return self

    @property
    def file_name(self) -> str:
        """Return the name of its file: period, version and the day of publishing in UTC."""
        return f"{self.period.name}_v{self.version}_{self.approved.at:%Y-%m-%d}.json"
