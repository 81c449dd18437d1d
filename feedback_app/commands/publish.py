"""The commands `publish` and `verify` for the figures that the site shows."""

from datetime import datetime

import click

from charts import date_and_time
from feedback_app.base import times
from feedback_app.base.text import isolated, one_line
from feedback_app.base.weeks import parse_week
from feedback_app.commands.published import add_to, refuse_mixing
from feedback_app.commands.terminal import show
from feedback_app.commands.with_program import with_program
from feedback_app.program import Program
from feedback_app.publish import verify as verification
from feedback_app.publish.drafts import (
    ClockSetBackError,
    Draft,
    NothingToPublishError,
    approve,
    as_result,
    code_of,
    correction,
    new_drafts,
)
from feedback_app.publish.periods import PendingPeriod
from feedback_app.publish.preview import preview_lines, result_before
from feedback_app.store import mentions
from knowledge_site.results.view import ResultsView
from published_results import Published, ResultsError, read_folder


@click.command(
    epilog="""Without --approve this only shows a preview. It ends with a code; --approve needs
    that code, so that exactly the figures you saw are published. The files are written to
    FEEDBACK_RESULTS, and the next build of the site shows them."""
)
@click.option("--approve", "code", metavar="CODE", help="Publish the figures of this preview.")
@click.option("--by", metavar="NAME", help="Who approves; stored in the file, not shown.")
@click.option(
    "--correct", "week", metavar="WEEK", help="Correct the published period of this week."
)
@click.option("--why", metavar="TEXT", help="Reason for the correction; the site shows it.")
@click.option("--sample", is_flag=True, help="Publish sample data instead of real cases.")
@with_program(ClockSetBackError, ResultsError)
def publish(
    program: Program,
    code: str | None,
    by: str | None,
    week: str | None,
    why: str | None,
    sample: bool,
) -> None:
    """Show which figures can be published, and publish them after approval."""
    approver, why = (by or "").strip(), one_line(isolated(why or ""))
    if bool(week) != bool(why):
        raise click.UsageError("a correction needs both --correct WEEK and --why TEXT")
    if code and not approver:
        raise click.UsageError("--approve needs --by NAME")
    published, now = read_folder(program.settings.results), times.now()
    refuse_mixing(program, published, sample)
    drafts, pending = (
        ([_correction(program, published, week, why, now)], None)
        if week and why
        else new_drafts(program.database, program.facts, published, now, sample)
    )
    if not drafts:
        click.echo(_nothing(program, pending, sample))
    elif code is None:
        _preview(program, drafts, pending, published, now)
    elif code != code_of(drafts):
        raise click.ClickException(
            f"the figures have changed since the preview with code {code}; check the new preview"
        )
    else:
        add_to(program, approve(drafts, program.facts, published, approver, now))


@click.command()
@with_program(ResultsError)
def verify(program: Program) -> None:
    """Recompute every published figure from the database and list each difference.

    The exit code is 1 if a figure differs.
    """
    published = read_folder(program.settings.results)
    if not published.results:
        click.echo("Nothing has been published yet.")
        return
    findings = [*verification.verify(program.database, program.facts, published)]
    shown = [
        (
            one,
            date_and_time(one.result.as_of, "en", program.zone),
            len(published.versions(one.result.period.name)),
        )
        for one in findings
    ]
    show("verify", findings=shown, cannot_prove=verification.CANNOT_PROVE)
    wrong = sum(bool(one.differences) for one in findings)
    if wrong:
        raise click.ClickException(
            f"{wrong} of {len(published.newest)} periods differ from the database; find the cause, "
            "then run 'feedback publish --correct WEEK --why TEXT'"
        )


def _correction(
    program: Program, published: Published, week: str, why: str, now: datetime
) -> Draft:
    for case_number in mentions.cases_in(program.database, why):
        raise click.BadParameter(
            f"contains details of case {case_number}, and the site shows it; remove them",
            param_hint="--why",
        )
    try:
        return correction(program.database, program.facts, published, parse_week(week), why, now)
    except NothingToPublishError as error:
        raise click.ClickException(str(error)) from error
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint="--correct") from error


def _preview(
    program: Program,
    drafts: list[Draft],
    pending: PendingPeriod | None,
    published: Published,
    now: datetime,
) -> None:
    results = published.results
    for draft in drafts:
        result = as_result(draft, program.facts, published, "preview", now)
        before = result_before(Published(results), result)
        results = (*results, result)
        view = ResultsView(Published(results), program.facts, "en")
        for line in preview_lines(view, result, before):
            click.echo(line)
    if pending:
        click.echo(_not_final(program, pending))
    click.echo(f"\nTo publish exactly these figures: --approve {code_of(drafts)} --by NAME")


def _nothing(program: Program, pending: PendingPeriod | None, sample: bool) -> str:
    if pending:
        return f"Nothing to publish yet: {_not_final(program, pending)}"
    kind = "sample" if sample else "real"
    return f"Nothing to publish yet: no survey has been sent for a {kind} case."


def _not_final(program: Program, pending: PendingPeriod) -> str:
    over = date_and_time(pending.over_at, "en", program.zone)
    return f"{pending.first} to {pending.last} can change until {over}"
