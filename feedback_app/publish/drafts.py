"""What can be published now, and the approval of exactly the figures that were shown."""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from charts import date_and_time
from feedback_app.base.weeks import days_of, group_of, week_after
from feedback_app.database.contract import Database
from feedback_app.publish.difference import differences
from feedback_app.publish.periods import PendingPeriod, PeriodCounts, due
from feedback_app.publish.rules import definitions_of, questions_of, rules_of
from feedback_app.publish.sums import counts_of, figures_of
from feedback_app.records import CohortWeeks
from feedback_app.store import cohorts
from published_results import (
    FORMAT,
    Approval,
    Correction,
    Figures,
    Part,
    Published,
    PublishedPeriod,
    QuestionWording,
    Result,
    Rules,
)
from support_facts import Facts


class Draft(Part):
    """Figures of a period that have not been approved yet."""

    period: PublishedPeriod
    version: int
    sample: bool
    rules: Rules
    figures: Figures
    correction: Correction | None = None


class NothingToPublishError(ValueError):
    """There is nothing to correct. The message has the reason."""


class ClockSetBackError(ValueError):
    """The clock is earlier than the last approval. The message has both times."""


def new_drafts(
    database: Database, facts: Facts, published: Published, now: datetime, sample: bool
) -> tuple[list[Draft], PendingPeriod | None]:
    """Return the periods that can be published at `now`, and the next one that cannot yet."""
    first = _first_week(database, published, sample)
    if first is None:
        return [], None
    rules, drafts = rules_of(facts), list[Draft]()
    cohorts_due = due(
        first,
        lambda start, end: counts_of(database, CohortWeeks(start, end, now, sample), rules),
        facts,
        now,
    )
    for found in cohorts_due:
        if isinstance(found, PendingPeriod):
            return drafts, found
        drafts.append(_draft(found, facts, rules, sample))
    return drafts, None


def correction(
    database: Database,
    facts: Facts,
    published: Published,
    week: str,
    why: str,
    now: datetime,
) -> Draft:
    """Return the next version of the published period that contains `week`.

    The rules are those of its first version, not the current ones; `minimum_n` is the largest of
    all its versions. Raises NothingToPublishError if no period contains the week, or if no figure
    would change.
    """
    period = _period_with(week, published)
    versions = published.versions(period.name)
    strictest = max(version.rules.minimum_n for version in versions)
    rules = versions[0].rules.model_copy(update={"minimum_n": strictest})
    sample = versions[-1].sample
    weeks = CohortWeeks(period.first_week, period.last_week, now, sample)
    earlier = [version.figures for version in versions]
    figures = figures_of(counts_of(database, weeks, rules), facts.questions, rules, earlier)
    changes = differences(earlier[-1], figures)
    if not changes:
        raise NothingToPublishError(f"nothing to correct: {period.name} has not changed")
    return Draft(
        period=period,
        version=versions[-1].version + 1,
        sample=sample,
        rules=rules,
        figures=figures,
        correction=Correction(why=why, changes=changes),
    )


def _period_with(week: str, published: Published) -> PublishedPeriod:
    for result in published.newest:
        if result.period.first_week <= week <= result.period.last_week:
            return result.period
    raise NothingToPublishError(f"nothing to correct: no published period contains {week}")


def code_of(drafts: Iterable[Draft]) -> str:
    """Return a short code for what the preview showed; it changes when any figure does."""
    shown = "".join(draft.model_dump_json() for draft in drafts)
    return hashlib.sha256(shown.encode()).hexdigest()[:10]


def approve(
    drafts: Sequence[Draft], facts: Facts, published: Published, by: str, now: datetime
) -> list[Result]:
    """Return the files to write, approved by `by` at `now`.

    Raises ClockSetBackError unless `now` is later than the last approval.
    """
    if drafts and published.last and now <= published.last.approved.at:
        zone = ZoneInfo(facts.organisation.time_zone)
        raise ClockSetBackError(
            f"{published.last.file_name} was published on "
            f"{date_and_time(published.last.approved.at, 'en', zone)}, but this machine's clock "
            f"shows {date_and_time(now, 'en', zone)}; correct the clock, then check the preview "
            "again"
        )
    return [as_result(draft, facts, published, by, now) for draft in drafts]


def as_result(draft: Draft, facts: Facts, published: Published, by: str, now: datetime) -> Result:
    """Return a draft as the file that an approval by `by` at `now` would write."""
    asked = questions_of(facts)
    return Result(
        **dict(draft),
        format=FORMAT,
        as_of=now,
        approved=Approval(by=by, at=now),
        definitions=definitions_of(facts),
        questions=(*asked, *_older_wordings(draft.figures, asked, published)),
    )


def _older_wordings(
    figures: Figures, asked: Sequence[QuestionWording], published: Published
) -> Iterator[QuestionWording]:
    """Yield the earlier wordings that `figures` contain answers to, as far as published."""
    for wording in figures.scores.wordings if figures.scores else ():
        for question in asked:
            found = published.wording(question.question, wording.version)
            if found and wording.version != question.wording_version:
                yield found


def _first_week(database: Database, published: Published, sample: bool) -> str | None:
    if published.newest:
        return week_after(published.newest[-1].period.last_week)
    asked = cohorts.first_week_asked(database, sample)
    return group_of(asked)[0] if asked else None


def _draft(cohort: PeriodCounts, facts: Facts, rules: Rules, sample: bool) -> Draft:
    first_day, last_day = days_of(cohort.first, cohort.last)
    return Draft(
        period=PublishedPeriod(
            first_week=cohort.first,
            last_week=cohort.last,
            first_day=first_day,
            last_day=last_day,
        ),
        version=1,
        sample=sample,
        rules=rules,
        figures=figures_of(cohort.counts, facts.questions, rules),
    )
