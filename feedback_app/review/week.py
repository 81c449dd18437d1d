"""The review of one week.

Scores are those of the answers that arrived in the week, by their first revision. The response
rate and the durations are those of the cohort, which is the cases closed in the week.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from feedback_app.base.weeks import week_bounds
from feedback_app.records import SAMPLE_SOURCE, AnsweredCase, ClosedCount, ClosedWeek
from feedback_app.review.cohort import Cohort, sum_cohort
from feedback_app.review.durations import Times, times_of
from feedback_app.review.respondents import Respondents, sum_respondents
from feedback_app.review.scores import Scores, WordingScores, lowest, sum_wordings, total
from support_facts import Facts


@dataclass(frozen=True, kw_only=True)
class WeekReview:
    """The figures and answers of one week as stored at `as_of`. Times are UTC.

    `low` has the low answers, lowest first; `remarks` has the other answers with a comment.
    `flags` counts answers by flag; one answer can have several. The `annulled` answers are in no
    other figure. `scores` are the answers to the
    current wording of the questions; `other_wordings` are never added to them.
    """

    week: str
    starts_at: datetime
    ends_at: datetime
    as_of: datetime
    answers: int
    comments: int
    flagged: int
    annulled: int
    flags: tuple[tuple[str, int], ...]
    scores: tuple[Scores, ...]
    other_wordings: tuple[WordingScores, ...]
    low: tuple[AnsweredCase, ...]
    remarks: tuple[AnsweredCase, ...]
    cohort: Cohort
    respondents: Respondents
    first_response: tuple[Times, ...]
    resolution: tuple[Times, ...]
    sample: Literal["none", "some", "all"]

    @property
    def last_day(self) -> datetime:
        """Return a time on the last day of the week."""
        return self.ends_at - timedelta(hours=1)


def summarise_week(
    week: str,
    answered: Iterable[AnsweredCase],
    closed: ClosedWeek,
    facts: Facts,
    now: datetime,
    annulled: int = 0,
) -> WeekReview:
    """Return the review of the answers that arrived in `week` and the cases `closed` in it.

    `annulled` is the number of annulled answers of the week, which are not among them.

    Raises ValueError if `week` is not an ISO week such as 2026-W47.
    """
    answers = tuple(answered)
    starts_at, ends_at = week_bounds(week, ZoneInfo(facts.organisation.time_zone))
    threshold = facts.survey.low_threshold
    low = [case for case in answers if case.is_low(threshold)]
    present, *others = sum_wordings(answers, facts)
    flags = Counter(flag for case in answers for flag in case.flags)
    return WeekReview(
        week=week,
        starts_at=starts_at,
        ends_at=ends_at,
        as_of=now,
        answers=len(answers),
        comments=sum(case.has_comment for case in answers),
        flagged=sum(bool(case.flags) for case in answers),
        annulled=annulled,
        flags=tuple(sorted(flags.items())),
        scores=present.scores,
        other_wordings=tuple(others),
        low=tuple(sorted(low, key=lambda case: (lowest(case), total(case)))),
        remarks=tuple(case for case in answers if case.has_comment and not case.is_low(threshold)),
        cohort=sum_cohort(closed.counts, ends_at, facts, now),
        respondents=sum_respondents(closed.counts, facts),
        first_response=times_of("first_response_time", closed.durations, facts),
        resolution=times_of("resolution_time", closed.durations, facts),
        sample=_sample(answers, closed.counts),
    )


def _sample(
    answers: Sequence[AnsweredCase], closed: Sequence[ClosedCount]
) -> Literal["none", "some", "all"]:
    sample = sum(case.source == SAMPLE_SOURCE for case in answers)
    sample += sum(one.of_sample for one in closed)
    if not sample:
        return "none"
    every = len(answers) + sum(one.cases for one in closed)
    return "all" if sample == every else "some"
