"""What `invite` prints: the preview of a dry run, rejected rows, and how to undo it."""

import textwrap
from collections.abc import Iterator
from zoneinfo import ZoneInfo

import click

from feedback_app.base.text import counted, one_line, visible
from feedback_app.base.times import local_text
from feedback_app.intake.csv.file import CSVRow
from feedback_app.intake.csv.importing import ImportCounts
from feedback_app.intake.csv.preview import Preview
from feedback_app.intake.csv.rejected import RejectedRows
from feedback_app.intake.mapping_file import CaseMapping
from feedback_app.records import ClosedCase, WithheldBecause

LISTED_ROWS = 20
_WIDTH = 80
_LISTED_VALUES = 8
NOT_ASKED: dict[WithheldBecause, str] = {
    "too_old": "closed too long ago",
    "no_address": "no email address",
    "own_address": "our own address",
    "automatic_address": "no-reply or mailer daemon",
    "excluded": "listed in survey.never_ask",
    "opt_out": "opted out",
    "quiet_period": "asked recently",
    "not_sampled": "not in the random sample",
    "superseded": "closed again later",
    "reopened": "reopened",
    "withdrawn": "survey withdrawn",
}


def preview_lines(
    preview: Preview, counts: ImportCounts, mapping: CaseMapping, zone: ZoneInfo
) -> Iterator[str]:
    """Yield the first cases, closing times, counts, values and warnings on 80 columns."""
    if preview.first:
        yield ""
        yield "First cases as understood:"
        for line, case in preview.first:
            yield from _case_lines(line, case, zone)
    if preview.earliest and preview.latest:
        yield ""
        yield "Closing times:"
        yield f"  first  {local_text(preview.earliest, zone)}"
        yield f"  last   {local_text(preview.latest, zone)}"
    yield ""
    yield from _count_lines(preview, counts, zone)
    yield from value_lines(preview, mapping)
    for warning in preview.warnings(counts):
        yield ""
        yield from _wrapped(f"Warning: {warning}", "  ")


def value_lines(preview: Preview, mapping: CaseMapping) -> Iterator[str]:
    """Yield the values in the columns with conditions."""
    for label, values in preview.values.items():
        yield ""
        yield from _wrapped(f"Values in {label}:", "")
        for text, count in sorted(values.items(), key=lambda one: (-one[1], one[0]))[
            :_LISTED_VALUES
        ]:
            mark = "imported" if mapping.accepts(label, text) else "not imported"
            yield from _wrapped(f"{count:>8}  {_printable(text) or '(empty)'} - {mark}", " " * 10)
        if len(values) > _LISTED_VALUES:
            yield f"          and {len(values) - _LISTED_VALUES} other values"


def _case_lines(line: int, case: ClosedCase, zone: ZoneInfo) -> Iterator[str]:
    parts = (
        f"  line {line}: case {_printable(case.case_number)}",
        f"closed {local_text(case.closed_at, zone)}",
        _printable(case.contact_email or "") or "no email address",
        f"language {case.language}" if case.language else "",
    )
    yield from _wrapped(", ".join(filter(None, parts)), "    ")


def _count_lines(preview: Preview, counts: ImportCounts, zone: ZoneInfo) -> Iterator[str]:
    asked = counts.new - counts.withheld.total()
    yield "This import would store and send:"
    yield f"{counts.new:>8}  new cases, {asked} of them with a survey"
    for reason, count in sorted(counts.withheld.items()):
        yield f"{count:>8}    not asked: {NOT_ASKED[reason]}"
    if counts.completed:
        yield f"{counts.completed:>8}  known cases completed, {counts.restarted} with a survey"
    is_delayed = preview.emails_due > preview.now
    when = f"on {local_text(preview.emails_due, zone)}" if is_delayed else "immediately"
    yield f"{counts.emails:>8}  emails, which leave {when}"
    yield f"{counts.known:>8}  cases already known"
    yield f"{counts.repeated:>8}  repeats of a row in this file"


def print_footers(rows: list[CSVRow]) -> None:
    """Print that lines below the table were not imported."""
    if rows:
        texts = "; ".join(_printable(next(filter(None, row.cells))) for row in rows[:3])
        more = f"; and {len(rows) - 3} more" if len(rows) > 3 else ""
        text = f"below the table, from line {rows[0].line}, not imported: {texts}{more}"
        for line in _wrapped(text, "  "):
            click.echo(line)


def print_rows(
    listed: list[str], left_out: list[str], counts: ImportCounts, rejected: RejectedRows | None
) -> None:
    """Print the first rejected rows and fields left out, and where all rejected rows are."""
    for line in listed:
        click.echo(visible(line))
    if counts.rejected > len(listed):
        click.echo(f"and {counts.rejected - len(listed)} more")
    if counts.rejected and rejected:
        click.echo(f"all rejected rows are in {rejected.path}: correct them and invite that file")
    _print_likely_duplicates(counts)
    for line in left_out:
        click.echo(visible(f"left out of {line}"))
    if counts.left_out > len(left_out):
        click.echo(f"and fields of {counts.left_out - len(left_out)} more rows")
    if counts.cleaned:
        rows = counted(counts.cleaned, "row", "rows")
        click.echo(f"{rows} had characters that cannot be stored, such as NUL; they were removed")


def _print_likely_duplicates(counts: ImportCounts) -> None:
    for name, count in counts.likely_duplicates.items():
        source = visible(one_line(name))
        rows = "1 row: a likely duplicate" if count == 1 else f"{count} rows: likely duplicates"
        click.echo(
            f"{rows} of cases from source {source} (same number, closing time and contact). Not "
            f"stored, so nobody is asked twice. Import with --set source={source} to match them, "
            "or with --ask-anyway if they are different cases"
        )


def print_way_back(counts: ImportCounts, run_id: str) -> None:
    """Print how to undo the import; without `run_id`, it was a dry run."""
    if not run_id:
        click.echo("dry run: nothing was stored or sent. Run it without --dry-run to import")
    elif counts.new:
        click.echo(f"to undo what was not sent yet: feedback uninvite {run_id}")


def _wrapped(text: str, indent: str) -> list[str]:
    # Addresses and options with hyphens stay whole, so that they can be copied.
    return textwrap.wrap(
        text, _WIDTH, subsequent_indent=indent, break_on_hyphens=False, break_long_words=False
    ) or [""]


def _printable(text: str) -> str:
    return visible(one_line(text)[:60])
