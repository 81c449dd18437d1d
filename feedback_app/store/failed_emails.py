"""Messages that failed permanently: list them, send them again or withdraw them."""

from collections.abc import Collection, Sequence
from datetime import datetime

from feedback_app.database.contract import Database, Row, Transaction
from feedback_app.store.outbox import WAITING
from feedback_app.store.rows import in_list

# What `restore` writes before the reply of the mail server.
_RESTORED = "paused: "
# A message whose reason was erased is left out, because nothing can be done about it.
_FAILED = "refused_at IS NOT NULL AND attempts > 0 AND last_error IS NOT NULL"
_WITH_CASE = """FROM outbox LEFT JOIN invitations ON invitations.id = outbox.invitation_id
                LEFT JOIN cases ON cases.id = invitations.case_ref"""


def find(database: Database) -> list[Row]:
    """Return every failed message, oldest first, with its case number, time and reason."""
    return _messages(database, _FAILED, "refused_at, outbox.created_at")


def find_waiting(database: Database) -> list[Row]:
    """Return every waiting or held message, oldest first, with its case number and times."""
    return _messages(database, WAITING, "outbox.created_at")


def find_outdated(database: Database, kinds: Collection[str]) -> set[str]:
    """Return the ids of failed emails to customers that must not be sent any more.

    The customer answered, the case was closed again or reopened, or a newer email of the same
    kind was written. `kinds` are those of emails to customers.
    """
    names, values = in_list("kind", kinds)
    sql = f"""SELECT outbox.id {_WITH_CASE}
              WHERE {_FAILED} AND kind IN ({names}) AND (superseded_at IS NOT NULL
                  OR EXISTS (SELECT 1 FROM answers WHERE answers.invitation_id = invitations.id)
                  OR EXISTS (SELECT 1 FROM outbox AS newer
                             WHERE newer.invitation_id = outbox.invitation_id
                               AND newer.kind = outbox.kind AND newer.id <> outbox.id
                               AND newer.created_at > outbox.created_at))"""
    found = database.column(sql, **values)
    return set(found)


def retry(tx: Transaction, message_id: str, now: datetime) -> bool:
    """Let a failed message be sent again at `now`; return False if it is not failed any more."""
    _forget_bounces(tx, [message_id])
    sql = f"""UPDATE outbox SET first_due_at = coalesce(first_due_at, due_at), due_at = :now,
                     refused_at = NULL, attempts = 0, last_error = NULL
              WHERE id = :id AND {_FAILED}"""
    return tx.changes(sql, id=message_id, now=now)


def resume(tx: Transaction, now: datetime) -> None:
    """Let the emails that a pause put off, without counting an attempt, be sent at `now`."""
    sql = f"""UPDATE outbox SET due_at = :now WHERE {WAITING} AND due_at > :now
              AND first_due_at IS NOT NULL AND attempts = 0"""
    tx.run(sql, now=now)


def withdraw(tx: Transaction, message_id: str, now: datetime, reason: str) -> bool:
    """Withdraw a waiting or failed message; return False if it was sent or withdrawn before."""
    sql = f"""UPDATE outbox SET refused_at = :now, attempts = 0, last_error = :reason
                  WHERE id = :id AND ({_FAILED} OR {WAITING})"""
    return tx.changes(sql, id=message_id, now=now, reason=f"withdrawn: {reason}")


def since_success(tx: Transaction) -> list[Row]:
    """Return id, recipient and reply of emails refused since one was accepted, oldest first."""
    sql = f"""SELECT id, recipient, last_error FROM outbox
              WHERE {_FAILED} AND recipient LIKE '%@%' AND refused_at >= coalesce((
                  SELECT sent_at FROM outbox WHERE sent_at IS NOT NULL AND recipient LIKE '%@%'
                  ORDER BY sent_at DESC LIMIT 1), '')
              ORDER BY refused_at, id"""
    return tx.ask(sql)


def restore(tx: Transaction, message_ids: Sequence[str], due_at: datetime) -> None:
    """Undo refusals that were not about these messages, and let them be sent at `due_at`."""
    _forget_bounces(tx, message_ids)
    names, values = in_list("id", message_ids)
    sql = f"""UPDATE outbox SET first_due_at = coalesce(first_due_at, due_at), due_at = :due_at,
                     refused_at = NULL, attempts = attempts - 1, last_error = :mark || last_error
              WHERE id IN ({names})"""
    tx.run(sql, **values, due_at=due_at, mark=_RESTORED)


def was_restored(tx: Transaction, message_id: str) -> bool:
    """Return whether the last refusal of the message was undone."""
    sql = "SELECT 1 FROM outbox WHERE id = :id AND last_error LIKE :mark"
    return tx.exists(sql, id=message_id, mark=f"{_RESTORED}%")


def _messages(database: Database, condition: str, order: str) -> list[Row]:
    sql = f"""SELECT outbox.id, kind, invitation_id, case_number, week, lead_name, recipient,
                     outbox.created_at, due_at, refused_at, attempts, last_error
              {_WITH_CASE} WHERE {condition} ORDER BY {order}, outbox.id"""
    return database.ask(sql)


def _forget_bounces(tx: Transaction, message_ids: Sequence[str]) -> None:
    """Undo the bounces that were recorded when these messages were refused."""
    names, values = in_list("id", message_ids)
    sql = f"""UPDATE invitations SET bounced_at = NULL
              WHERE EXISTS (SELECT 1 FROM outbox WHERE outbox.id IN ({names})
                            AND outbox.invitation_id = invitations.id
                            AND outbox.refused_at = invitations.bounced_at)"""
    tx.run(sql, **values)
