"""Runs of imports, and undoing one: removing the cases whose customers know nothing yet."""

import secrets
from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from feedback_app.database.contract import Database, Transaction

_LAST = 20
_USES = ("answers", "progress", "open_answers", "notes", "follow_ups", "decisions", "renewals")
_UNTOUCHED = " AND ".join(
    [
        "handed_over_at IS NULL",
        """NOT EXISTS (SELECT 1 FROM outbox WHERE outbox.invitation_id = invitations.id
                       AND (sent_at IS NOT NULL OR claimed_until > :now))""",
        # A webhook or the API sent this case, too.
        """NOT EXISTS (SELECT 1 FROM deliveries
                       WHERE deliveries.case_ref = imported_cases.case_ref)""",
        *(
            f"NOT EXISTS (SELECT 1 FROM {table} WHERE {table}.invitation_id = invitations.id)"
            for table in _USES
        ),
    ]
)
_REMOVABLE = f"""
    FROM imported_cases JOIN invitations ON invitations.case_ref = imported_cases.case_ref
    WHERE run = :run AND {_UNTOUCHED}
"""


class ImportRun(NamedTuple):
    """A run of `feedback invite`, and how many of the cases it stored still exist."""

    id: str
    started_at: datetime
    cases: int


def new_run() -> str:
    """Return the id of a new run, which is short because people type it."""
    return secrets.token_hex(4)


def add_cases(tx: Transaction, run: str, started_at: datetime, case_refs: Iterable[str]) -> None:
    """Record that the run stored these cases."""
    rows = [{"case_ref": case_ref, "run": run} for case_ref in case_refs]
    if rows:
        tx.insert_new("import_runs", id=run, started_at=started_at)
        tx.run_many("INSERT INTO imported_cases (case_ref, run) VALUES (:case_ref, :run)", rows)


def last(database: Database, run: str | None = None) -> list[ImportRun]:
    """Return the last 20 runs, newest first; with `run`, only that one."""
    sql = f"""SELECT id, started_at, (SELECT count(*) FROM imported_cases WHERE run = id) AS cases
              FROM import_runs WHERE :run = '' OR id = :run
              ORDER BY started_at DESC, id LIMIT {_LAST}"""
    return database.records(ImportRun, sql, run=run or "")


def count_removable(source: Database, run: str, now: datetime) -> int:
    """Return how many cases of a run `remove_some` would remove."""
    return source.count(f"SELECT count(*) {_REMOVABLE}", run=run, now=now)


def remove_some(tx: Transaction, run: str, now: datetime, limit: int) -> int:
    """Remove up to `limit` cases of a run with their unsent emails, and return how many.

    Cases stay if their email was sent or is being sent, their link was given out or opened, or
    something was noted about them.
    """
    sql = f"""SELECT imported_cases.case_ref, invitations.id AS invitation_id {_REMOVABLE}
              LIMIT :limit"""
    found = tx.ask(sql, run=run, now=now, limit=limit)
    for row in found:
        for table in ("outbox", "contact_digests"):
            tx.run(f"DELETE FROM {table} WHERE invitation_id = :id", id=row["invitation_id"])
        for table in ("invitations", "imported_cases"):
            tx.run(f"DELETE FROM {table} WHERE case_ref = :id", id=row["case_ref"])
        tx.run("DELETE FROM cases WHERE id = :id", id=row["case_ref"])
    return len(found)
