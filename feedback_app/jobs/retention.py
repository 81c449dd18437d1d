"""End retention periods, and erase on request."""

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
from feedback_app.intake.csv.file import CSVFileError, opened
from feedback_app.intake.csv.rejected import ADDED_COLUMNS
from feedback_app.mail.mailbox import files_of, messages_in
from feedback_app.store import deliveries, erasure, rejected_files
from support_facts import Facts

log = logging.getLogger(__name__)

# Case systems repeat deliveries for hours. Later repetitions are recognised by their closure key.
DELIVERY_RETENTION = timedelta(days=30)
# Separates addresses in a cell: "Name <address>", mailto:address, a list of addresses.
_ADDRESS_SEPARATORS = re.compile(r"[\s,;:<>()\[\]\"']+")


@dataclass(frozen=True)
class Erasure:
    """How much was erased, and which files of rejected rows could not be searched."""

    cases: int
    mails: int
    rejected_rows: int
    not_searched: tuple[Path, ...] = ()


def end_lifetimes(database: Database, facts: Facts, mailbox: Path, now: datetime) -> int:
    """Erase what is past its retention period, in the database, the mailbox and rejected files.

    Returns the number of rows that were changed.
    """
    changed = 0
    with database.write() as tx:
        for period in facts.retention:
            changed += erasure.end_lifetime(tx, period.key, now - timedelta(days=period.days))
        changed += deliveries.remove_before(tx, now - DELIVERY_RETENTION)
    contacts_end = now - timedelta(days=facts.period("contact").days)
    for path in rejected_files.written_before(database, contacts_end):
        try:
            _remove_rejected(database, path)
        except OSError as error:
            reason = error.strerror
            log.error("cannot delete %s, whose retention period has ended: %s", path, reason)
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
    """Erase contact, comment and customer of a case or an email address; keep the scores.

    This covers the tables, the messages in the outbox, the mailbox and files of rejected rows. The
    result lists files that could not be read or written. Afterwards the database files no longer
    contain the text, except for PostgreSQL's write-ahead log (see SECURITY.md).
    """
    wanted = {case_number} if case_number else set(erasure.case_numbers_of(database, email or ""))
    messages = erasure.messages_of(database, case_number, email)
    mails = [path for row in messages for path in files_of(mailbox, row["id"])]
    with database.write() as tx:
        cases = erasure.erase(tx, case_number, email, now)
    # Before the files, so that an unreadable file does not prevent it.
    database.scrub()
    found = [path for path in mails if path.exists()]
    for path in found:
        path.unlink(missing_ok=True)
    rows, not_searched = 0, []
    for path in rejected_files.all_paths(database):
        try:
            rows += _drop_rows(database, path, wanted, email)
        except (OSError, CSVFileError):
            not_searched.append(path)
    return Erasure(cases, len(found), rows, tuple(not_searched))


def _drop_rows(database: Database, path: Path, case_numbers: set[str], email: str | None) -> int:
    """Rewrite a file of rejected rows without those of the case or address; return how many.

    Encoding and delimiter are detected, because spreadsheets change them when people correct the
    rows. Raises CSVFileError or OSError if the file cannot be read or written.
    """
    if not path.exists():
        _remove_rejected(database, path)
        return 0
    with opened(path) as table:
        columns, rows = table.columns, [row.cells for row in table.rows()]
    has_added = columns[-len(ADDED_COLUMNS) :] == ADDED_COLUMNS
    theirs = len(columns) - len(ADDED_COLUMNS) if has_added else len(columns)
    kept = [cells for cells in rows if not _concerns(cells, theirs, case_numbers, email)]
    if not kept:
        _remove_rejected(database, path)
    elif len(kept) < len(rows):
        replace_file(path, _as_csv([columns, *kept]))
    return len(rows) - len(kept)


def _as_csv(rows: list[tuple[str, ...]]) -> Iterator[str]:
    for cells in rows:
        line = io.StringIO()
        csv.writer(line).writerow(cells)
        yield line.getvalue()


def _concerns(
    cells: tuple[str, ...], theirs: int, case_numbers: set[str], email: str | None
) -> bool:
    """Return whether a row contains one of the case numbers or the address.

    The last cells, `line` and `reason`, are ours: they are searched for the address only.
    """
    texts = [unguarded(cell).strip() for cell in cells]
    if case_numbers & set(texts[:theirs]):
        return True
    return email is not None and any(
        email.lower() in _ADDRESS_SEPARATORS.split(text.lower()) for text in texts
    )


def _remove_rejected(database: Database, path: Path) -> None:
    path.unlink(missing_ok=True)
    with database.write() as tx:
        rejected_files.remove(tx, path)
