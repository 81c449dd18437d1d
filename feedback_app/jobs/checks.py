"""The checks of `feedback check`: whether an installation works, and how to repair it."""

import json
import shutil
import tempfile
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from http.client import HTTPException
from pathlib import Path
from typing import Literal

from feedback_app.base.files import unsafe_permissions
from feedback_app.base.text import counted
from feedback_app.base.times import from_text, to_text
from feedback_app.database.contract import DatabaseUnavailableError, MissingDatabaseError
from feedback_app.database.health import require_storing
from feedback_app.database.migrate import SchemaError, schema_version
from feedback_app.jobs.status import data_folder
from feedback_app.mail.smtp import smtp_fault
from feedback_app.program import Program, private_paths
from feedback_app.store import health, outbox

Level = Literal["ok", "warning", "error"]

NETWORK_SECONDS = 5.0
CLOCK_SKEW = timedelta(seconds=5)
FUTURE = timedelta(minutes=5)
WORKER_SILENT = timedelta(minutes=10)
_GIB = 1 << 30
DISK_WARNING, DISK_ERROR = 2 * _GIB, _GIB // 4


@dataclass(frozen=True)
class CheckResult:
    """The result of one check; `fix` repairs a warning or error."""

    check: str
    level: Level
    text: str
    fix: str = ""


class Fault(Exception):
    """What a check found wrong, and its fix."""

    def __init__(self, text: str, fix: str, level: Level = "error") -> None:
        super().__init__(text)
        self.text, self.fix, self.level = text, fix, level


def run_checks(program: Program, now: datetime, *, offline: bool = False) -> Iterator[CheckResult]:
    """Yield a finding for each check, without secrets and without addresses of customers.

    With `offline`, the mail server and the public URL are left out.
    """
    for name, check in {**_CHECKS, **({} if offline else _NETWORK_CHECKS)}.items():
        try:
            yield CheckResult(name, "ok", check(program, now))
        except Fault as fault:
            yield CheckResult(name, fault.level, fault.text, fault.fix)
        except DatabaseUnavailableError:
            # The check of the database has the reason.
            yield CheckResult(
                name, "error", "not checked: the database is not available", "see above"
            )


def _database(program: Program, now: datetime) -> str:
    try:
        require_storing(program.database)
    except (MissingDatabaseError, SchemaError) as error:
        what, _, fix = str(error).rpartition(": ")
        raise Fault(what, fix) from error
    except DatabaseUnavailableError as error:
        fix = "check FEEDBACK_DATABASE, the server, its permissions and free space"
        raise Fault(str(error), fix) from error
    version = schema_version(program.database)
    return f"{program.database.engine} with schema version {version} can store"


def _clock(program: Program, now: datetime) -> str:
    skew = abs(health.database_time(program.database) - now)
    if skew > CLOCK_SKEW:
        raise Fault(
            f"the clocks of this machine and the database differ by {skew.total_seconds():.0f} s",
            "synchronise both with NTP",
        )
    newest = outbox.newest_time(program.database)
    if newest and from_text(newest) > now + FUTURE:
        raise Fault(
            f"it is {to_text(now)} here, but the newest email is of {newest}",
            "correct the clock; if it was wrong before, see guides/backup.md",
        )
    return "this machine and the database agree"


def _worker(program: Program, now: datetime) -> str:
    finished_at = health.last_runs(program.database).get("deliver")
    if finished_at and abs(now - finished_at) <= WORKER_SILENT:
        return f"it last sent or looked for emails at {to_text(finished_at)}"
    last = f"last ran at {to_text(finished_at)}" if finished_at else "has never run"
    raise Fault(f"the worker {last}", "start 'feedback worker'", "warning")


def _mailbox(program: Program, now: datetime) -> str:
    folder = program.settings.mailbox.absolute()
    existing = next(one for one in (folder, *folder.parents) if one.exists())
    try:
        with tempfile.TemporaryFile(dir=existing):
            return f"{existing} is writable"
    except OSError as error:
        raise Fault(
            f"cannot write to {existing}: {error.strerror}",
            "change its owner, or set FEEDBACK_MAILBOX",
        ) from error


def _permissions(program: Program, now: datetime) -> str:
    if faults := [*unsafe_permissions(private_paths(program.settings))]:
        text, _, fix = faults[0].partition("; ")
        more = f" (and {counted(len(faults) - 1, 'other', 'others')})" if faults[1:] else ""
        raise Fault(text + more, fix, "warning")
    return "only this account can read data and settings"


def _disk(program: Program, now: datetime) -> str:
    folder = data_folder(program.settings)
    free = shutil.disk_usage(folder).free
    text = f"{free / _GIB:.1f} GiB free in {folder}"
    if free < DISK_WARNING:
        level: Level = "error" if free < DISK_ERROR else "warning"
        raise Fault(text, "free some space or enlarge the disk", level)
    return text


def _site(program: Program, now: datetime) -> str:
    folder = program.settings.site
    if not folder:
        return "not served by this program (FEEDBACK_SITE is not set)"
    if not (folder / "index.html").is_file():
        raise Fault(f"{folder} has no index.html", "run 'feedback site build'")
    built = (folder / "index.html").stat().st_mtime
    sources = [program.facts_file, *program.settings.results.glob("*.json")]
    newer = [path for path in sources if path.exists() and path.stat().st_mtime > built]
    if newer:
        text = f"{max(newer, key=_changed)} is newer than the site in {folder}"
        raise Fault(text, "run 'feedback site build' again", "warning")
    return f"{folder} is newer than the facts and results"


def _changed(path: Path) -> float:
    return path.stat().st_mtime


def _smtp(program: Program, now: datetime) -> str:
    settings = program.settings
    if settings.smtp_url is None:
        return f"not set: emails are written to {settings.mailbox.absolute()}"
    fault = smtp_fault(
        settings.smtp_url.get_secret_value(),
        program.mail_context.sender.addr_spec,
        settings.bounce_address,
        NETWORK_SECONDS,
    )
    if fault:
        raise Fault(
            f"the mail server {fault}",
            "check FEEDBACK_SMTP_URL, and whether the server may send for FEEDBACK_MAIL_FROM",
        )
    return f"the mail server accepts emails from {program.mail_context.sender.domain}"


def _public_url(program: Program, now: datetime) -> str:
    url = f"{program.settings.public_url}/healthz"
    fix = (
        "start 'feedback serve', and check FEEDBACK_PUBLIC_URL, DNS, the proxy and its certificate"
    )
    try:
        with urllib.request.urlopen(url, timeout=NETWORK_SECONDS) as response:
            if json.loads(response.read(1000)) == {"status": "alive"}:
                return f"{url} answers"
    except OSError as error:
        raise Fault(f"{url} cannot be reached: {getattr(error, 'reason', error)}", fix) from error
    except (ValueError, HTTPException):
        pass
    raise Fault(f"{url} is answered by another program", fix)


_Check = Callable[[Program, datetime], str]
_CHECKS: dict[str, _Check] = {
    "database": _database,
    "clock": _clock,
    "worker": _worker,
    "mailbox": _mailbox,
    "permissions": _permissions,
    "disk": _disk,
    "site": _site,
}
_NETWORK_CHECKS: dict[str, _Check] = {"smtp": _smtp, "public_url": _public_url}
