"""The figures of one period. A figure never travels without the number it rests on.

None stands for what is withheld; `Figures.withheld` says why.
"""

from typing import Annotated, Literal

from pydantic import Field, model_validator

from published_results.part import Count, Fraction, Part, Seconds

# too_few: it would rest on so few cases or answers that single ones could be guessed.
# small_change: it differs from an earlier version of this period by so few that the two versions
# together would give single ones away.
Reason = Literal["too_few", "small_change"]


class Portion(Part):
    """`count` of `n`, and its share where n is large enough to speak of one."""

    count: Count
    n: Count
    share: Fraction | None

    @model_validator(mode="after")
    def _within(self) -> "Portion":
        if self.count > self.n:
            raise ValueError(f"{self.count} of {self.n} is no portion")
        return self


class PublishedShare(Part):
    """The share of the two best points, with the ends of its 95 % interval."""

    best: Count
    n: Count
    value: Fraction
    low: Fraction
    high: Fraction


class Answers(Part):
    """The answers to one question; `counts` is of each point from 1, the worst, to 5, the best."""

    question: str
    metric: str
    counts: Annotated[tuple[Count, ...], Field(min_length=5, max_length=5)]
    mean: Annotated[float, Field(ge=1, le=5)]
    median: Annotated[float, Field(ge=1, le=5)]
    share: PublishedShare | None

    @property
    def n(self) -> int:
        """Return how many answers there are."""
        return sum(self.counts)


class PublishedWording(Part):
    """The answers to one wording of the questions. Wordings are never mixed."""

    version: Count
    n: Count
    answers: tuple[Answers, ...]

    @model_validator(mode="after")
    def _same_answers(self) -> "PublishedWording":
        if any(answers.n != self.n for answers in self.answers):
            raise ValueError("the counts of a question do not make up n")
        return self


class PublishedScores(Part):
    """CES and CSS. `flagged` answers looked unlike a person's, `other_wording` ones were too few.

    Both are left out of the counts.
    """

    wordings: Annotated[tuple[PublishedWording, ...], Field(min_length=1)]
    flagged: Count
    other_wording: Count


class Participation(Part):
    """What became of the cases closed in the period.

    `closed` = not asked + not delivered + bounced + reached; `answered` is a part of reached. The
    response rate is answered / reached.
    """

    closed: Count
    not_asked: Count
    not_delivered: Count
    bounced: Count
    reached: Count
    answered: Count
    rate: Fraction | None

    @model_validator(mode="after")
    def _adds_up(self) -> "Participation":
        parts = self.not_asked + self.not_delivered + self.bounced + self.reached
        if self.closed != parts or self.answered > self.reached:
            raise ValueError("the parts do not make up the closed cases")
        return self


class PublishedSpread(Part):
    """Durations in seconds: the median and, by nearest rank where n allows, the 90th percentile."""

    n: Count
    median: Seconds
    percentile_90: Seconds | None
    within_target: Portion | None


class PublishedGroup(PublishedSpread):
    """The durations of some case kinds together; "" stands for cases without a kind."""

    kinds: Annotated[tuple[str, ...], Field(min_length=1)]


class PublishedTimes(Part):
    """One metric on one clock, overall and by kinds (none where a split would show too few)."""

    metric: str
    clock: str
    overall: PublishedSpread
    groups: tuple[PublishedGroup, ...]


class Conduct(Part):
    """How answers were treated: read in time, and contacts made in time where they were wished."""

    read: Portion
    contacted: Portion | None


class Figures(Part):
    """Every figure of a period. `withheld` names what is left out, with the reason."""

    participation: Participation | None
    scores: PublishedScores | None
    times: tuple[PublishedTimes, ...]
    conduct: Conduct | None
    withheld: dict[str, Reason]
