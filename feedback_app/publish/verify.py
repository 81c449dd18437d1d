"""Published figures against the database: every figure is computed again, as of its own moment."""

from collections.abc import Iterator
from dataclasses import dataclass

from feedback_app.database.contract import Database
from feedback_app.publish.difference import differences
from feedback_app.publish.sums import figures_of
from feedback_app.store import cohorts
from published_results import Published, Result
from support_facts import Facts

# What no comparison of files and database can show, told with every result.
CANNOT_PROVE = (
    "that an answer is what a customer sent: whoever could write to the database before a period "
    "was published could have changed it",
    "that database and files were not changed together afterwards, nor that the newest files are "
    "all there: keep results/ where its history is kept, and compare with a copy elsewhere",
    "that the rules, definitions, reason and approver in the newest file are those approved: no "
    "later file holds on to it yet",
    "anything about notes: no file holds on to them",
    "that every closed case came in, or that every link reached its customer",
    "that an answer is a person's: flags are hints",
)


@dataclass(frozen=True)
class Finding:
    """What computing one published file again has shown.

    `differences` are lines of figures that are not what was published. Cases and answers that
    came in after it was published are no part of it, and counted here.
    """

    result: Result
    differences: tuple[str, ...]
    later_cases: int
    later_answers: int


def verify(database: Database, facts: Facts, published: Published) -> Iterator[Finding]:
    """Yield a finding for the version that counts of every period, the earliest first.

    By the rules that stand in the file, whatever the facts say by now.
    """
    for result in published.newest:
        weeks = (result.period.first_week, result.period.last_week, result.as_of, result.sample)
        earlier = [
            version.figures
            for version in published.versions(result.period.name)
            if version.version < result.version
        ]
        cases = list(cohorts.closed_between(database, *weeks))
        again = figures_of(cases, facts.questions, result.rules, earlier)
        later_cases, later_answers = cohorts.arrived_later(database, *weeks)
        yield Finding(
            result=result,
            differences=differences(result.figures, again),
            later_cases=later_cases,
            later_answers=later_answers,
        )
