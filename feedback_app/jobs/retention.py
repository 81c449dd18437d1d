"""What is kept for how long, and erasure on request."""

import csv
import io
import logging
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from feedback_app.base.files import replace_file
from feedback_app.base.spreadsheet import unguarded
from feedback_app.database.contract import Database
from feedback_app.intake.csv.file import opened
from feedback_app.intake.csv.lines import UNREADABLE, CSVFileError
from feedback_app.intake.csv.rejected import ADDED
from feedback_app.mail.mailbox import files_of, messages_in
from feedback_app.store import deliveries, erasure, rejected_files
from support_facts import Facts

log = logging.getLogger(__name__)

# Case systems repeat a delivery for hours. Afterwards the closing is still known by its key.
DELIVERIES_KNOWN_FOR = timedelta(days=30)
# What stands around an address in a cell: "Name <address>", mailto:address, a list of them.
_AROUND_ADDRESSES = re.compile(r"[\s,;:<>()\[\]\"']+")


@dataclass(frozen=True)
class Erasure:
    """What an erasure found and wiped, and the files of rejected rows it could not search."""

    cases: int
    mails: int
    rejected_rows: int
    not_searched: tuple[Path, ...] = ()


def end_lifetimes(database: Database, facts: Facts, mailbox: Path, now: datetime) -> int:
    """Empty every column whose lifetime is over and remove what nobody needs any more.

    That is old files, and the digests of old deliveries. Returns how many rows were changed.
    """
    changed = 0
    with database.write() as tx:
        for period in facts.retention:
            changed += erasure.end_lifetime(tx, period.key, now - timedelta(days=period.days))
        changed += deliveries.forget(tx, now - DELIVERIES_KNOWN_FOR)
    contacts_end = now - timedelta(days=facts.period("contact").days)
    for path in rejected_files.written_before(database, contacts_end):
        try:
            _remove_rejected(database, path)
        except OSError as error:
            log.error("%s is to be removed, its lifetime is over: %s", path, error.strerror)
    messages_end = now - timedelta(days=facts.period("message").days)
    for mail in messages_in(mailbox):
        if mail.stat().st_mtime < messages_end.timestamp():
            mail.unlink(missing_ok=True)
    if changed:
        database.scrub()
    return changed


def erase(
    database: Database,
    mailbox: Path,
    now: datetime,
    case_number: str | None = None,
    email: str | None = None,
) -> Erasure:
    """Wipe contact, comment and customer of a case or an address everywhere; keep the scores.

    Reaches the tables, messages waiting and sent, the mailbox and the files of rejected rows; the
    result names those files that cannot be read or written, for somebody to look at.
    Afterwards nothing of the text is left in the database's files, except that PostgreSQL keeps
    its write-ahead log (pg_wal, and archives of it) until it is recycled: SECURITY.md says how.
    """
    wanted = {case_number} if case_number else set(erasure.case_numbers_of(database, email or ""))
    messages = erasure.messages_of(database, case_number, email)
    mails = [path for row in messages for path in files_of(mailbox, row["id"])]
    with database.write() as tx:
        cases = erasure.erase(tx, case_number, email, now)
    # The database first: a file that cannot be read must not keep the text there.
    database.scrub()
    found = [path for path in mails if path.exists()]
    for path in found:
        path.unlink(missing_ok=True)
    rows, not_searched = 0, []
    for path in rejected_files.known(database):
        try:
            rows += _drop_rows(database, path, wanted, email)
        except (OSError, CSVFileError):
            not_searched.append(path)
    return Erasure(cases, len(found), rows, tuple(not_searched))


def _drop_rows(database: Database, path: Path, case_numbers: set[str], email: str | None) -> int:
    """Rewrite a file of rejected rows without those of the case or address.

    People mend these files in spreadsheets, which save them in encodings and delimiters of their
    own. Raises CSVFileError or OSError when the file cannot be read or written.
    """
    if not path.exists():
        _remove_rejected(database, path)
        return 0
    with opened(path) as table:
        columns, rows = table.columns, [row.cells for row in table.rows()]
    theirs = len(columns) - len(ADDED) if columns[-len(ADDED) :] == ADDED else len(columns)
    kept = [cells for cells in rows if not _concerns(cells, theirs, case_numbers, email)]
    if not kept:
        _remove_rejected(database, path)
    elif len(kept) < len(rows):
        replace_file(path, _as_csv([columns, *kept]))
    return len(rows) - len(kept)


def _as_csv(rows: list[tuple[str, ...]]) -> Iterator[str]:
    for cells in rows:
        line = io.StringIO()
        csv.writer(line).writerow(cell.replace(UNREADABLE, "\ufffd") for cell in cells)
        yield line.getvalue()


def _concerns(
    cells: tuple[str, ...], theirs: int, case_numbers: set[str], email: str | None
) -> bool:
    """Return whether a row speaks of a case or an address, in the cells before `line` and `reason`.

    The address is looked for in our own cells too: a reason may quote it.
    """
    texts = [unguarded(cell).strip() for cell in cells]
    if case_numbers & set(texts[:theirs]):
        return True
    return email is not None and any(
        email.lower() in _AROUND_ADDRESSES.split(text.lower()) for text in texts
    )


def _remove_rejected(database: Database, path: Path) -> None:
    path.unlink(missing_ok=True)
    with database.write() as tx:
        rejected_files.forget(tx, path)
