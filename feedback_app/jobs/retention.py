"""Erases what is past its retention period."""

import logging
from datetime import datetime, timedelta

from feedback_app.database.contract import Database
from feedback_app.intake.csv.rejected import remove_file
from feedback_app.mail.mailbox import messages_in
from feedback_app.program import Program
from feedback_app.review.silence import HISTORY
from feedback_app.store import (
    contact_digests,
    deliveries,
    delivery_log,
    erasure,
    rejected_files,
    search_index,
    silences,
)

log = logging.getLogger(__name__)

# Case systems repeat deliveries for hours. Later repetitions are recognised by their closure key.
DELIVERY_RETENTION = timedelta(days=30)


def end_lifetimes(program: Program, now: datetime) -> int:
    """Erase what is past its retention period, in the database, the mailbox and rejected files.

    Rows are changed in small transactions, so customers can answer meanwhile. An address leaves a
    digest while the texts of its answer are kept. Returns the number of rows that were changed.
    """
    facts, database = program.facts, program.database
    contacts_end = now - timedelta(days=facts.period("contact").days)
    changed = 0
    for period in facts.retention:
        before = now - timedelta(days=period.days)
        changed += erasure.end_lifetime(database, program.address_digests, period.key, before)
    contact_digests.remove_unused(database)
    changed += deliveries.remove_before(database, now - DELIVERY_RETENTION)
    with database.write() as tx:
        delivery_log.remove_before(tx, now - delivery_log.RETENTION)
        silences.remove_before(tx, now - HISTORY)
    _remove_rejected_files(database, contacts_end)
    messages_end = now - timedelta(days=facts.period("message").days)
    for mail in messages_in(program.settings.mailbox):
        if mail.stat().st_mtime < messages_end.timestamp():
            mail.unlink(missing_ok=True)
    if changed:
        search_index.catch_up(database)
        database.scrub()
    return changed


def _remove_rejected_files(database: Database, before: datetime) -> None:
    for path in rejected_files.written_before(database, before):
        try:
            remove_file(database, path)
        except OSError as error:
            reason = error.strerror
            log.error("cannot delete %s, whose retention period has ended: %s", path, reason)
