"""Compare published figures with the database, as it was when each file was published."""

from collections.abc import Iterator
from dataclasses import dataclass

from feedback_app.database.contract import Database
from feedback_app.publish.difference import differences
from feedback_app.publish.sums import counts_of, figures_of
from feedback_app.records import CohortWeeks
from feedback_app.store import cohorts
from published_results import Published, Result
from support_facts import Facts

# `feedback verify` prints these limits with every result.
CANNOT_PROVE = (
    "that an answer is what the customer sent: anyone with write access to the database could have "
    "changed it before its period was published",
    "that database and files were not changed together later, or that the newest file still "
    "exists: keep results/ under version control and compare it with a copy elsewhere",
    "that the rules, definitions, reason and approver in a file, or a note, are unchanged: only "
    "version control shows that",
    "that every closed case was imported, or that every email reached its customer",
    "that a person gave an answer: flags are only hints",
)


@dataclass(frozen=True)
class Finding:
    """The result of recomputing one published file.

    `differences` has one line per figure that differs. `later_cases` and `later_answers` arrived
    after publishing, so the file does not include them.
    """

    result: Result
    differences: tuple[str, ...]
    later_cases: int
    later_answers: int


def verify(database: Database, facts: Facts, published: Published) -> Iterator[Finding]:
    """Yield a finding for the newest version of every period, the earliest period first.

    Uses the rules in each file, not the current ones.
    """
    for result in published.newest:
        period = result.period
        weeks = CohortWeeks(period.first_week, period.last_week, result.as_of, result.sample)
        earlier = [
            version.figures
            for version in published.versions(period.name)
            if version.version < result.version
        ]
        counts = counts_of(database, weeks, result.rules)
        again = figures_of(counts, facts.questions, result.rules, earlier)
        later_cases, later_answers = cohorts.arrived_later(database, weeks, counts.all_known)
        yield Finding(
            result=result,
            differences=differences(result.figures, again),
            later_cases=later_cases,
            later_answers=later_answers,
        )
