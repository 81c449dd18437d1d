"""Commands about published figures: publish, verify. They write files; the site reads them."""

from datetime import datetime

import click

from feedback_app.base import times
from feedback_app.base.weeks import parse_week
from feedback_app.commands.published import add_to, approved, published_in, refuse_mixing
from feedback_app.commands.with_program import with_program
from feedback_app.program import Program
from feedback_app.publish import verify as verifying
from feedback_app.publish.drafts import (
    Draft,
    NothingToPublishError,
    code_of,
    correction,
    new_drafts,
)
from feedback_app.publish.periods import PendingPeriod
from feedback_app.publish.preview import draft_lines
from feedback_app.store import mentions
from published_results import Published, Result


@click.command(
    epilog="""Without --approve nothing is written. The preview ends with a code; approving asks
    for it, so that exactly what was seen is published. The files go to FEEDBACK_RESULTS; the next
    build of the site shows them."""
)
@click.option("--approve", "code", metavar="CODE", help="Publish what the preview showed.")
@click.option("--by", metavar="NAME", help="Who approves; stays in the file, no page shows it.")
@click.option("--correct", "week", metavar="WEEK", help="Correct the period that holds this week.")
@click.option("--why", metavar="TEXT", help="Why it is corrected; the page shows it.")
@click.option("--sample", is_flag=True, help="Sample data instead of real cases.")
@with_program()
def publish(
    program: Program,
    code: str | None,
    by: str | None,
    week: str | None,
    why: str | None,
    sample: bool,
) -> None:
    """Show which figures could be published, and publish them once they are approved."""
    if bool(week) != bool(why):
        raise click.UsageError("a correction needs both --correct WEEK and --why TEXT")
    if code and not (by and by.strip()):
        raise click.UsageError("an approval needs --by NAME as well")
    published, now = published_in(program), times.now()
    drafts, pending = _drafts(program, published, week, why, sample, now)
    if not drafts:
        click.echo(_nothing(pending, sample))
        return
    if code is None:
        _preview(drafts, pending, published)
        return
    if code != code_of(drafts):
        raise click.ClickException(
            f"the figures are no longer those of the code {code}: look at the preview again"
        )
    results = approved(program, drafts, published, (by or "").strip(), now)
    for path in add_to(program, results):
        click.echo(f"published: {path}")
    click.echo("build the site to show it")


@click.command()
@with_program()
def verify(program: Program) -> None:
    """Compute every published figure again from the database, and name each difference."""
    published = published_in(program)
    if not published.results:
        click.echo("nothing has been published yet")
        return
    wrong = 0
    for finding in verifying.verify(program.database, program.facts, published):
        wrong += bool(finding.differences)
        _show(finding, len(published.versions(finding.result.period.name)))
    click.echo("\nThis cannot prove:")
    for sentence in verifying.CANNOT_PROVE:
        click.echo(f"- {sentence}")
    if wrong:
        raise click.ClickException(
            f"{wrong} of {len(published.newest)} periods are not what the database says: find out "
            "why, then 'feedback publish --correct WEEK --why TEXT'"
        )


def _show(finding: verifying.Finding, versions: int) -> None:
    result = finding.result
    state = "differs" if finding.differences else "holds"
    click.echo(f"{result.file_name}: {state}, as of {result.as_of:%Y-%m-%d %H:%M} UTC")
    for line in finding.differences:
        click.echo(f"  {line} (published -> database)")
    if finding.later_cases or finding.later_answers:
        click.echo(
            f"  came in afterwards and is not counted: {finding.later_cases} cases, "
            f"{finding.later_answers} answers"
        )
    if versions > 1:
        click.echo(f"  {versions - 1} earlier versions are there unchanged; they no longer count")


def _drafts(
    program: Program,
    published: Published,
    week: str | None,
    why: str | None,
    sample: bool,
    now: datetime,
) -> tuple[list[Draft], PendingPeriod | None]:
    refuse_mixing(program, published, sample)
    if week is None or why is None:
        return new_drafts(program.database, program.facts, published, now, sample)
    for case_number in mentions.cases_in(program.database, why):
        raise click.BadParameter(
            f"names or repeats something of case {case_number}, and the page shows it: say it "
            "without",
            param_hint="--why",
        )
    try:
        draft = correction(program.database, program.facts, published, parse_week(week), why, now)
    except NothingToPublishError as error:
        raise click.ClickException(str(error)) from error
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint="--correct") from error
    return [draft], None


def _preview(drafts: list[Draft], pending: PendingPeriod | None, published: Published) -> None:
    before: Draft | Result | None = published.newest[-1] if published.newest else None
    for draft in drafts:
        for line in draft_lines(draft, before):
            click.echo(line)
        before = draft
    if pending:
        click.echo(_waits(pending))
    click.echo(f"\nto publish exactly this: --approve {code_of(drafts)} --by NAME")


def _nothing(pending: PendingPeriod | None, sample: bool) -> str:
    if pending:
        return f"nothing to publish yet: {_waits(pending)}"
    kind = "sample" if sample else "real"
    return f"nothing to publish yet: no customer of a {kind} case has been asked"


def _waits(pending: PendingPeriod) -> str:
    return (
        f"{pending.first} to {pending.last} can change until {pending.over_at:%Y-%m-%d %H:%M} UTC"
    )
