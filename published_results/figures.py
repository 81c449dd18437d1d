"""The figures of one period, each with the number of cases or answers it is based on.

None means withheld; `Figures.withheld` has the reason.
"""

from typing import Annotated, Literal

from pydantic import Field, model_validator

from published_results.part import Count, Fraction, Part, Seconds

# too_few: single cases or answers could be guessed.
# small_change: subtracting an earlier version would reveal single cases or answers.
WithheldReason = Literal["too_few", "small_change"]


class Portion(Part):
    """`count` of `n`; `share` is None if n is too small for a percentage."""

    count: Count
    n: Count
    share: Fraction | None

    @model_validator(mode="after")
    def _within(self) -> "Portion":
        if self.count > self.n:
            raise ValueError(f"{self.count} of {self.n}: count must not exceed n")
        return self


class PublishedShare(Part):
    """The share of answers with one of the two best points, and its 95 % interval."""

    best: Count
    n: Count
    value: Fraction
    low: Fraction
    high: Fraction


class Answers(Part):
    """The answers to one question; `counts` has one number per point, 1 (worst) to 5 (best)."""

    question: str
    metric: str
    counts: Annotated[tuple[Count, ...], Field(min_length=5, max_length=5)]
    mean: Annotated[float, Field(ge=1, le=5)]
    median: Annotated[float, Field(ge=1, le=5)]
    share: PublishedShare | None

    @property
    def n(self) -> int:
        """Return the number of answers."""
        return sum(self.counts)


class PublishedWording(Part):
    """The answers to one wording of the questions. Different wordings are never added up."""

    version: Count
    n: Count
    answers: tuple[Answers, ...]

    @model_validator(mode="after")
    def _same_answers(self) -> "PublishedWording":
        if any(answers.n != self.n for answers in self.answers):
            raise ValueError("the counts of a question do not add up to n")
        return self


class PublishedScores(Part):
    """CES and CSS by wording of the questions.

    Not counted: `flagged` answers, which may be automated; `annulled` answers, which support took
    back with a reason (0 in files without this field); and `other_wording` answers, which are to a
    wording with too few answers.
    """

    wordings: Annotated[tuple[PublishedWording, ...], Field(min_length=1)]
    flagged: Count
    annulled: Count = 0
    other_wording: Count


class Participation(Part):
    """The cases closed in the period, by what happened to their invitation.

    `closed` = not_asked + not_delivered + bounced + reached; `answered` is a part of `reached`.
    The response rate is answered / reached.
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
            raise ValueError("the parts do not add up to the closed cases")
        return self


class PublishedSpread(Part):
    """Durations in seconds; the 90th percentile (nearest rank) is None if n is too small."""

    n: Count
    median: Seconds
    percentile_90: Seconds | None
    within_target: Portion | None


class PublishedGroup(PublishedSpread):
    """The durations of some case kinds together; "" means cases without a kind."""

    kinds: Annotated[tuple[str, ...], Field(min_length=1)]


class PublishedTimes(Part):
    """One metric on one clock; no groups if splitting by kind would leave too few cases."""

    metric: str
    clock: str
    overall: PublishedSpread
    groups: tuple[PublishedGroup, ...]


class Conduct(Part):
    """The answers read in time, and the contacts made in time of those customers asked for.

    `read` is of all answers. `contacted` is of the low answers in `PublishedScores.wordings`, so
    it reveals nothing about flagged answers and those to other wordings.
    """

    read: Portion
    contacted: Portion | None


class Figures(Part):
    """Every figure of a period. `withheld` maps what is left out to the reason."""

    participation: Participation | None
    scores: PublishedScores | None
    times: tuple[PublishedTimes, ...]
    conduct: Conduct | None
    withheld: dict[str, WithheldReason]
