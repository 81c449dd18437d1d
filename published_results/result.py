"""One file of published figures: its period, rules, definitions and figures."""

from datetime import date
from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from published_results.figures import Figures
from published_results.part import Approval, Count, Moment, Part, Words

FORMAT: Literal["support-results-1"] = "support-results-1"
Week = Annotated[str, Field(pattern=r"^[0-9]{4}-W[0-9]{2}$")]


class PublishedPeriod(Part):
    """Whole ISO weeks in the support team's time zone, first and last day included."""

    first_week: Week
    last_week: Week
    first_day: date
    last_day: date

    @model_validator(mode="after")
    def _runs_forward(self) -> "PublishedPeriod":
        if self.first_week > self.last_week or self.first_day > self.last_day:
            raise ValueError("the period ends before it starts")
        return self

    @property
    def name(self) -> str:
        """Return the name for files and anchors, such as 2026-W44_2026-W47."""
        return f"{self.first_week}_{self.last_week}"


class Target(Part):
    """A target: durations of this metric should be at most `seconds`, measured on `clock`."""

    metric: str
    seconds: Count
    clock: str


class Rules(Part):
    """The rules the figures were made by. Days are calendar days unless named otherwise.

    `holidays` is the region whose public holidays are not working days; None if there is none.
    `sampling_percent` is the share of closed cases that was asked about, chosen at random.
    """

    time_zone: str
    minimum_n: Count
    share_minimum_n: Count
    low_threshold: Count
    read_within_days: Count
    contact_within_working_days: Count
    holidays: str | None = None
    sampling_percent: Count = 100
    targets: tuple[Target, ...]


class Definition(Part):
    """The definition of a metric at the time of publishing."""

    metric: str
    short: str
    name: Words
    definition: Words
    formula: Words
    excludes: Words
    direction: Words
    target: Words | None


class QuestionWording(Part):
    """One wording of a question, with the labels of its five points from worst to best."""

    question: str
    wording_version: Count
    text: Words
    points: Annotated[tuple[Words, ...], Field(min_length=5, max_length=5)]


class Correction(Part):
    """Why a later version was published, and which figures it changed."""

    why: Annotated[str, Field(min_length=1, max_length=2000)]
    changes: tuple[str, ...]


class Result(Part):
    """The published figures of one period. Versions after the first are corrections."""

    format: Literal["support-results-1"]
    period: PublishedPeriod
    version: Annotated[int, Field(ge=1)]
    as_of: Moment
    sample: bool
    approved: Approval
    correction: Correction | None
    rules: Rules
    definitions: tuple[Definition, ...]
    questions: tuple[QuestionWording, ...]
    figures: Figures
    # Files published before December 2026 have a digest of the file before them. It is ignored.
    previous: Any = Field(default=None, exclude=True, repr=False)

    @model_validator(mode="after")
    def _check_correction(self) -> "Result":
        if (self.version == 1) != (self.correction is None):
            raise ValueError("version 1 has no correction, and every later version needs one")
        return self

    @property
    def name(self) -> str:
        """Return period and version, such as 2026-W44_2026-W47_v1."""
        return f"{self.period.name}_v{self.version}"

    @property
    def file_name(self) -> str:
        """Return the file name: period, version and date of approval in UTC."""
        return f"{self.name}_{self.approved.at:%Y-%m-%d}.json"
