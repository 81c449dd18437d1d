"""Commands that run the program: migrate, serve, worker."""

import signal

import click

from feedback_app.app import create_app
from feedback_app.base import times
from feedback_app.base.logs import log_to_stderr
from feedback_app.base.text import visible, without_addresses
from feedback_app.commands.with_program import with_program
from feedback_app.database.migrate import migrate
from feedback_app.jobs import worker
from feedback_app.jobs.restored import RestoredError, require_not_restored
from feedback_app.leads.sessions import is_offered
from feedback_app.program import Program, register_wording
from feedback_app.store import failed_emails, search_index
from feedback_app.web.headers import common_headers
from feedback_app.web.server import create_server
from feedback_app.web.service_manager import inherited_sockets, report_ready

_LISTED = 20


@click.command("migrate")
@click.option("--stopped", is_flag=True, help="No server or worker of an earlier version runs.")
@with_program(migrated=False)
def migrate_command(program: Program, stopped: bool) -> None:
    """Update the database to this program's version. Running it again changes nothing.

    Servers and workers of the version before can keep running. If they could not work any more,
    nothing changes: stop them, then use --stopped.
    """
    applied = migrate(program.database, times.now(), rolling=not stopped)
    register_wording(program, times.now())
    search_index.catch_up(program.database)
    click.echo(f"Migrations applied: {', '.join(map(str, applied)) or 'none, up to date'}")


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=8000, show_default=True, help="Port to listen on.")
@click.option("--threads", default=8, show_default=True, help="Requests handled at the same time.")
@with_program()
def serve(program: Program, host: str, port: int, threads: int) -> None:
    """Serve the survey, the leads' pages and the API, and the site if FEEDBACK_SITE is set.

    SIGTERM finishes the requests that have arrived. A socket passed by systemd is used instead of
    host and port.
    """
    log_to_stderr(program.settings.log_level, program.settings.log_format)
    app = create_app(parts=program)
    if not is_offered(program.settings.public_url):
        click.echo(
            "Leads cannot sign in: FEEDBACK_PUBLIC_URL is not https (or localhost), "
            "so a sign-in cookie could be intercepted.",
            err=True,
        )
    server = create_server(
        app,
        proxies=program.settings.trusted_proxies,
        error_headers=common_headers(program.settings.public_url),
        host=host,
        port=port,
        threads=threads,
        inherited=inherited_sockets(),
    )
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: server.stop())
    click.echo("serving on http://{}:{}".format(*server.effective_listen[0]), err=True)
    report_ready()
    server.run()


@click.command("worker")
@click.option("--once", is_flag=True, help="Run every job once, then exit.")
@with_program(RestoredError)
def worker_command(program: Program, once: bool) -> None:
    """Send emails, alerts and digests, and erase data past its retention period, until stopped.

    After a backup was restored, the worker only starts once you have run 'feedback outbox
    release'. With --once, it lists rejected messages with their cases and reasons.
    """
    log_to_stderr(program.settings.log_level, program.settings.log_format)
    require_not_restored(program, times.now())
    if not once:
        worker.run_forever(program, times.now)
        return
    for counts, number in worker.run_once(program, times.now).items():
        click.echo(f"{number} {counts}")
    refused = failed_emails.find(program.database)
    for row in refused[-_LISTED:]:
        reason = without_addresses(row["last_error"])
        case = f" for case {row['case_number']}" if row["case_number"] else ""
        click.echo(visible(f"{row['kind']}{case}, {row['refused_at'][:10]}: {reason}"))
    if len(refused) > _LISTED:
        click.echo(f"… and {len(refused) - _LISTED} older ones")
