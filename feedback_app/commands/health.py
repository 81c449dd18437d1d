"""Commands for operators: check, status."""

import json
import sys
from collections.abc import Iterator
from dataclasses import asdict
from datetime import datetime
from typing import Any

import click

from feedback_app.base import times
from feedback_app.base.text import visible
from feedback_app.base.times import to_text
from feedback_app.commands.with_program import with_program
from feedback_app.jobs.checks import CheckResult, run_checks
from feedback_app.jobs.status import SystemStatus, read_status
from feedback_app.program import Program, open_program
from feedback_app.settings import SettingsError, read_settings

_MIB = 1 << 20
_SAMPLE_FACTS = (
    "the sample facts are used: FEEDBACK_FACTS is not set and this folder has no support.toml",
    "create your own support.toml with 'feedback init DIR', and set FEEDBACK_FACTS to it",
)


@click.command("check")
@click.option("--json", "as_json", is_flag=True, help="Print the findings as JSON.")
@click.option("--offline", is_flag=True, help="Leave out the mail server and the public URL.")
def check_command(as_json: bool, offline: bool) -> None:
    """Check the settings, database, mail server, public URL, site and disk.

    Nothing is sent or changed. The exit code is 1 if there is an error, and 0 if there are only
    warnings.
    """
    found = list(_findings(offline))
    has_error = any(one.level == "error" for one in found)
    if as_json:
        click.echo(json.dumps({"ok": not has_error, "checks": [asdict(one) for one in found]}))
    else:
        for one in found:
            fix = f" -> {one.fix}" if one.fix else ""
            click.echo(visible(f"{one.level:8} {one.check:12} {one.text}{fix}".replace("\n", " ")))
    sys.exit(1 if has_error else 0)


def _findings(offline: bool) -> Iterator[CheckResult]:
    try:
        program = open_program(read_settings())
    except SettingsError as error:
        for line in str(error).splitlines():
            yield CheckResult("settings", "error", line)
        return
    if program.settings.facts:
        yield CheckResult("settings", "ok", f"the settings and {program.facts_file} are valid")
    else:
        yield CheckResult("settings", "warning", *_SAMPLE_FACTS)
    try:
        yield from run_checks(program, times.now(), offline=offline)
    finally:
        program.database.close()


@click.command("status")
@click.option("--json", "as_json", is_flag=True, help="Print the figures as JSON.")
@with_program()
def status_command(program: Program, as_json: bool) -> None:
    """Show the email queue, deliveries, unread answers and when each job last ran."""
    status = read_status(program, times.now())
    if as_json:
        click.echo(json.dumps(as_json_values(status)))
        return
    for name, value in _lines(program, status):
        click.echo(f"{name:24} {value}")


def as_json_values(status: SystemStatus) -> dict[str, Any]:
    """Return the figures with times as UTC text, and deliveries by preset and outcome."""
    deliveries: dict[str, dict[str, int]] = {}
    for (preset, outcome), number in status.deliveries_today.items():
        deliveries.setdefault(preset, {})[outcome] = number
    values = {**asdict(status), "deliveries_today": deliveries}
    finished = {job: to_text(at) for job, at in status.jobs_finished_at.items()}
    return {
        name: to_text(value) if isinstance(value, datetime) else value
        for name, value in {**values, "jobs_finished_at": finished}.items()
    }


def _lines(program: Program, status: SystemStatus) -> Iterator[tuple[str, str]]:
    def local(moment: datetime | None) -> str:
        return times.local_text(moment, program.zone) if moment else "never"

    oldest = f", the oldest for {status.oldest_due_seconds // 60} min"
    yield "emails waiting", f"{status.emails_waiting}, {status.emails_held} of them held"
    yield "emails due", f"{status.emails_due}{oldest if status.oldest_due_seconds else ''}"
    if status.sending_paused_because:
        minutes = f"{status.sending_paused_seconds // 60} min"
        yield "sending paused", f"for {minutes}: {visible(status.sending_paused_because)}"
    for domain, reason in status.domains_paused.items():
        yield f"paused for {visible(domain)}", visible(reason)
    yield "emails sent in 24 h", str(status.emails_sent_last_day)
    failed = (f"{number} ({reason})" for reason, number in status.emails_failed_last_day.items())
    yield "emails failed in 24 h", ", ".join(failed) or "0"
    yield "last email sent", local(status.last_email_sent_at)
    for (preset, outcome), number in status.deliveries_today.items():
        yield f"deliveries today, {preset}", f"{number} {outcome}"
    yield "answers", f"{status.answers}, {status.answers_unread} unread"
    yield "follow-ups overdue", str(status.follow_ups_overdue)
    yield "last digest", local(status.last_digest_at)
    for job, finished_at in status.jobs_finished_at.items():
        yield f"job {job}", local(finished_at)
    yield "schema version", str(status.schema_version)
    yield "free disk", f"{status.disk_free_bytes // _MIB} MiB"
