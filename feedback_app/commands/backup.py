"""Commands for backups: backup, restore."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import click

from feedback_app.base import times
from feedback_app.base.text import counted, visible
from feedback_app.base.times import to_text
from feedback_app.commands.with_program import with_program
from feedback_app.database.contract import BackupError, DatabaseUnavailableError
from feedback_app.database.migrate import MIGRATIONS, SchemaError
from feedback_app.jobs.backup import Manifest, back_up, remove_old
from feedback_app.jobs.restore import RestoreResult, restore
from feedback_app.program import Program
from feedback_app.settings import SettingsError, read_settings
from feedback_app.store import health

_MIB = 1 << 20
# Times are written without fractions.
_A_SECOND = timedelta(seconds=1)
_SECRETS = (
    "Not included: the secrets in .env or the environment. Keep a copy of them in another place. "
    "Without FEEDBACK_SECRET_KEYS, survey links of customers stop working, and expired addresses "
    "cannot be found for erasure."
)


@click.command("backup")
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@click.option(
    "--keep",
    type=click.IntRange(min=1),
    metavar="N",
    help="Remove all but the newest N backups in DIR, if this one succeeds.",
)
@with_program(BackupError, migrated=False)
def backup_command(program: Program, folder: Path, keep: int | None) -> None:
    """Write a backup to a new folder in DIR, even while the program runs.

    It contains the database, support.toml, your presets and pages, the published figures and the
    mailbox. PostgreSQL needs pg_dump. The copy of the database is read again before the backup
    gets its name, so a folder with a name such as shared-view-20261130T020000Z is complete.
    """
    now = times.now()
    path, manifest = back_up(program, folder, now)
    click.echo(f"{path}: {_content(manifest)}")
    removed = remove_old(folder, keep, now) if keep else []
    if removed:
        click.echo(f"Removed {counted(len(removed), 'older backup', 'older backups')}.")
    click.echo(_SECRETS)
    if manifest.schema_version == len(MIGRATIONS):
        with program.database.write() as tx:
            health.record_run(tx, "backup", now)


def _content(manifest: Manifest) -> str:
    cases = counted(manifest.rows["cases"], "case", "cases")
    answers = counted(manifest.rows["answers"], "version of an answer", "versions of answers")
    files = counted(len(manifest.files), "file", "files")
    return f"{cases}, {answers}, {files}, {manifest.size_bytes / _MIB:.1f} MiB"


@click.command("restore")
@click.argument(
    "backup", type=click.Path(exists=True, file_okay=False, path_type=Path), metavar="BACKUP"
)
@click.option("--replace", is_flag=True, help="Replace the data and files that exist here.")
def restore_command(backup: Path, replace: bool) -> None:
    """Restore the folder BACKUP that 'feedback backup' wrote.

    Stop 'feedback serve' and 'feedback worker' first. Everything goes to the places in your
    settings. The checksums are compared and the database is read before anything is changed, and
    an older database is updated to this program's version. No waiting email is sent until you run
    'feedback outbox release'.
    """
    now = times.now()
    try:
        done = restore(read_settings(), backup, now, replace=replace)
    except (BackupError, SettingsError, SchemaError, DatabaseUnavailableError) as error:
        raise click.ClickException(visible(str(error))) from error
    for line in (*_report(done), *_next(done, now)):
        click.echo(visible(line))


def _report(done: RestoreResult) -> Iterator[str]:
    manifest, made_at = done.manifest, to_text(done.manifest.created_at)
    yield f"Restored the backup of {made_at}: {_content(manifest)}."
    for part in done.left_out:
        yield f"Not restored: {part}, because no setting names a place for it."
    if done.keys_missing:
        yield (
            f"Warning: {done.keys_missing} of the {len(manifest.key_ids)} secret keys of the "
            "backup are not in FEEDBACK_SECRET_KEYS. Survey links that were signed with them do "
            "not work."
        )
    if done.repeated:
        yield (
            f"Repeated: {counted(len(done.repeated.erased), 'erasure', 'erasures')} after the "
            "backup, and the opt-outs of the replaced database."
        )
    else:
        yield (
            f"If the program ran after {made_at}, repeat the opt-outs and erasures since then; "
            "they are not in the backup. If you stopped it before the backup, for example to move "
            "it, nothing is missing."
        )


def _next(done: RestoreResult, now: datetime) -> Iterator[str]:
    if number := done.emails_waiting:
        yield (
            f"{counted(number, 'waiting email is held', 'waiting emails are held')}, because "
            "customers may have got them after the backup. List them with 'feedback outbox list'. "
            "Then count those that were due as sent:"
        )
        yield f"  feedback outbox release --sent-before {to_text(now + _A_SECOND)}"
        yield "Without --sent-before, all of them are sent."
    yield (
        "Build the site with 'feedback site build', run 'feedback check', and start 'feedback "
        "serve' and 'feedback worker'."
    )
    yield "'feedback reconcile FILE' lists cases that arrived after the backup."
