"""What could be published now, and what an approval covers: exactly the figures that were seen."""

import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from feedback_app.base.weeks import days_of, group_of, week_after
from feedback_app.database.contract import Database
from feedback_app.publish.difference import differences
from feedback_app.publish.periods import PendingPeriod, PeriodCases, due
from feedback_app.publish.rules import definitions_of, questions_of, rules_of
from feedback_app.publish.sums import figures_of
from feedback_app.store import cohorts
from published_results import (
    FORMAT,
    Approval,
    Correction,
    Figures,
    Published,
    PublishedPeriod,
    QuestionWording,
    Result,
    Rules,
    as_text,
    link_to,
)
from support_facts import Facts


@dataclass(frozen=True)
class Draft:
    """Figures of a period that nobody has approved yet."""

    period: PublishedPeriod
    version: int
    sample: bool
    rules: Rules
    figures: Figures
    correction: Correction | None = None

    def as_json(self) -> dict[str, object]:
        """Return everything of it that an approval covers."""
        parts = (self.period, self.rules, self.figures, self.correction)
        return {
            "version": self.version,
            "sample": self.sample,
            "parts": [part and part.model_dump(mode="json") for part in parts],
        }


class NothingToPublishError(ValueError):
    """There is nothing to publish or correct. The message says why."""


class ClockSetBackError(ValueError):
    """It would be published earlier than what was published before. The message says when."""


def new_drafts(
    database: Database, facts: Facts, published: Published, now: datetime, sample: bool
) -> tuple[list[Draft], PendingPeriod | None]:
    """Return the periods that can be published at `now`, and the one that waits after them."""
    first = _first_week(database, published, sample)
    if first is None:
        return [], None
    rules, drafts = rules_of(facts), list[Draft]()
    cohorts_due = due(
        first,
        lambda start, end: cohorts.closed_between(database, start, end, now, sample),
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
    """Return the next version of the published period that holds `week`.

    By the rules of its first version, whatever the facts say by now, and by the
    strictest of the smallest numbers it was published with.

    Raises NothingToPublishError if no period holds it, or if nothing in it would change.
    """
    period = next(
        (
            result.period
            for result in published.newest
            if result.period.first_week <= week <= result.period.last_week
        ),
        None,
    )
    if period is None:
        raise NothingToPublishError(
            f"no published period holds {week}: there is nothing to correct"
        )
    versions = published.versions(period.name)
    smallest = max(version.rules.minimum_n for version in versions)
    rules = versions[0].rules.model_copy(update={"minimum_n": smallest})
    sample = versions[-1].sample
    cases = cohorts.closed_between(database, period.first_week, period.last_week, now, sample)
    earlier = [version.figures for version in versions]
    figures = figures_of(list(cases), facts.questions, rules, earlier)
    changes = differences(earlier[-1], figures)
    if not changes:
        raise NothingToPublishError(f"the figures of {period.name} are as they were published")
    return Draft(
        period=period,
        version=versions[-1].version + 1,
        sample=sample,
        rules=rules,
        figures=figures,
        correction=Correction(why=why, changes=changes),
    )


def code_of(drafts: Iterable[Draft]) -> str:
    """Return a short code of what was seen: it changes when any figure does."""
    seen = json.dumps([draft.as_json() for draft in drafts], sort_keys=True)
    return hashlib.sha256(seen.encode()).hexdigest()[:10]


def approve(
    drafts: Sequence[Draft], facts: Facts, published: Published, by: str, now: datetime
) -> list[Result]:
    """Return the files to write, each holding on to the one published before it.

    Raises ClockSetBackError unless `now` is later than the last approval.
    """
    if drafts and published.last and now <= published.last.approved.at:
        raise ClockSetBackError(
            f"{published.last.file_name} was published at "
            f"{published.last.approved.at:%Y-%m-%d %H:%M:%S} UTC, and the clock of this machine "
            f"says {now:%Y-%m-%d %H:%M:%S} UTC: set it right, then look at the preview again"
        )
    before = published.digests[-1] if published.digests else None
    asked = questions_of(facts)
    results = []
    for draft in drafts:
        result = Result(
            format=FORMAT,
            period=draft.period,
            version=draft.version,
            as_of=now,
            sample=draft.sample,
            approved=Approval(by=by, at=now),
            correction=draft.correction,
            previous=before,
            rules=draft.rules,
            definitions=definitions_of(facts),
            questions=(*asked, *_older_wordings(draft.figures, asked, published)),
            figures=draft.figures,
        )
        results.append(result)
        before = link_to(result.file_name, as_text(result).encode())
    return results


def _older_wordings(
    figures: Figures, asked: Sequence[QuestionWording], published: Published
) -> Iterator[QuestionWording]:
    """Yield other wordings than those `asked` now that `figures` count, as far as published."""
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


def _draft(cohort: PeriodCases, facts: Facts, rules: Rules, sample: bool) -> Draft:
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
        figures=figures_of(cohort.cases, facts.questions, rules),
    )
