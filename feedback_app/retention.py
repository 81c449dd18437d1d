"""What is kept for how long, and erasure on request."""

import csv
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from feedback_app.database.contract import Database
from feedback_app.store import lifetimes, rejected_files
from support_facts.facts import Facts


@dataclass(frozen=True)
class Erasure:
    """What an erasure found and wiped."""

    cases: int
    mails: int
    rejected_rows: int


def end_lifetimes(database: Database, facts: Facts, mailbox: Path, now: datetime) -> int:
    """Empty every column whose lifetime is over and remove old files; return the rows changed."""
    changed = 0
    with database.write() as tx:
        for name, period in facts.retention.items():
            changed += lifetimes.end_lifetime(tx, name, now - timedelta(days=period.days))
    contacts_end = now - timedelta(days=facts.retention["contact"].days)
    for path in rejected_files.written_before(database, contacts_end):
        _remove_rejected(database, path)
    messages_end = now - timedelta(days=facts.retention["message"].days)
    for mail in mailbox.glob("*.eml"):
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

    Reaches the tables, messages waiting and sent, the mailbox and the files of rejected rows.
    Afterwards nothing of the text is left in the database's files.
    """
    wanted = {case_number} if case_number else set(lifetimes.case_numbers_of(database, email or ""))
    mails = [
        mailbox / f"{row['id']}.eml" for row in lifetimes.messages_of(database, case_number, email)
    ]
    with database.write() as tx:
        cases = lifetimes.erase(tx, case_number, email, now)
    found = [path for path in mails if path.exists()]
    for path in found:
        path.unlink()
    rows = sum(_drop_rows(database, path, wanted, email) for path in rejected_files.known(database))
    database.scrub()
    return Erasure(cases, len(found), rows)


def _drop_rows(database: Database, path: Path, case_numbers: set[str], email: str | None) -> int:
    """Rewrite a file of rejected rows without those of the case or address."""
    if not path.exists():
        _remove_rejected(database, path)
        return 0
    with path.open(newline="", encoding="utf-8") as file:
        head, *rows = list(csv.reader(file)) or [[]]
    kept = [row for row in rows if not _concerns(row, case_numbers, email)]
    if not kept:
        _remove_rejected(database, path)
    elif len(kept) < len(rows):
        with path.open("w", newline="", encoding="utf-8") as file:
            csv.writer(file).writerows([head, *kept])
    return len(rows) - len(kept)


def _concerns(row: list[str], case_numbers: set[str], email: str | None) -> bool:
    return any(
        cell.strip() in case_numbers or (email is not None and email.lower() in cell.lower())
        for cell in row
    )


def _remove_rejected(database: Database, path: Path) -> None:
    path.unlink(missing_ok=True)
    with database.write() as tx:
        rejected_files.forget(tx, path)
