"""Outbox messages: stored with their cause, claimed by a worker, sent or failed."""

from collections import Counter
from collections.abc import Collection, Iterable
from datetime import UTC, datetime

from feedback_app.database.contract import Database, Readable, Row, Transaction
from feedback_app.records import OutboxMessage
from feedback_app.store.rows import in_list, times_in

# The due time of messages that wait until somebody releases them.
HELD = datetime(9999, 12, 31, tzinfo=UTC)
# The condition for messages that were neither sent nor refused.
WAITING = "sent_at IS NULL AND refused_at IS NULL"


def add(tx: Transaction, message: OutboxMessage) -> None:
    """Store a message."""
    add_all(tx, [message])


def add_all(tx: Transaction, messages: Iterable[OutboxMessage]) -> None:
    """Store messages."""
    tx.run_many(
        """INSERT INTO outbox (id, kind, invitation_id, week, lead_name, recipient, created_at,
                               due_at)
           VALUES (:id, :kind, :invitation_id, :week, :lead_name, :recipient, :created_at,
                   :due_at)""",
        (vars(one) | {"due_at": one.due_at or one.created_at} for one in messages),
    )


def count_sent_to(
    tx: Transaction, addresses: Iterable[str], kinds: Collection[str], since: datetime
) -> Counter[str]:
    """Return how many messages of these kinds were written after `since`, by lower-case address."""
    names, values = in_list("kind", kinds)
    recipients, lowered = in_list("address", {address.lower() for address in addresses})
    sql = f"""SELECT lower(recipient) AS address, count(*) AS number FROM outbox
              WHERE lower(recipient) IN ({recipients})
                AND kind IN ({names}) AND created_at > :since GROUP BY lower(recipient)"""
    rows = tx.ask(sql, **values, **lowered, since=since)
    return Counter({row["address"]: row["number"] for row in rows})


def held(source: Readable) -> list[Row]:
    """Return recipient and number of the held messages by recipient, most first."""
    sql = f"""SELECT recipient, count(*) AS number FROM outbox
              WHERE due_at = :held AND {WAITING}
              GROUP BY recipient ORDER BY count(*) DESC, recipient"""
    return source.ask(sql, held=HELD)


def release_held(tx: Transaction, now: datetime) -> int:
    """Let the held messages be sent, and return their number."""
    sql = f"UPDATE outbox SET due_at = :now WHERE due_at = :held AND {WAITING}"
    return tx.run(sql, now=now, held=HELD)


def has_message(tx: Transaction, invitation_id: str, kind: str) -> bool:
    """Return whether a message of this kind was ever stored for the invitation."""
    sql = "SELECT 1 FROM outbox WHERE invitation_id = :id AND kind = :kind LIMIT 1"
    return tx.exists(sql, id=invitation_id, kind=kind)


def is_waiting(source: Readable, message_id: str) -> bool:
    """Return whether the message still has to be sent, so was not sent, withdrawn or erased."""
    sql = f"SELECT 1 FROM outbox WHERE id = :id AND {WAITING}"
    return source.exists(sql, id=message_id)


def mark_sent(tx: Transaction, message_ids: Collection[str], now: datetime) -> list[Row]:
    """Record that the mail server accepted messages, unless that was recorded before.

    Returns id, kind, invitation, recipient and `refused_at` of the changed ones.
    """
    names, values = in_list("id", message_ids)
    sql = f"""UPDATE outbox SET sent_at = :now, claimed_until = NULL
              WHERE id IN ({names}) AND sent_at IS NULL
              RETURNING id, kind, invitation_id, recipient, refused_at"""
    return tx.ask(sql, **values, now=now)


def set_kind(tx: Transaction, message_id: str, kind: str) -> None:
    """Make an unsent message one of another kind."""
    tx.run("UPDATE outbox SET kind = :kind WHERE id = :id", id=message_id, kind=kind)


def put_back(
    tx: Transaction, message_id: str, due_at: datetime, error: str, attempts: int = 1
) -> None:
    """Record a failed attempt, or with `attempts=0` one that does not count, and try at `due_at`.

    The server's reply may name the recipient, so it is not stored if the message was erased.
    """
    sql = """UPDATE outbox SET first_due_at = coalesce(first_due_at, due_at), due_at = :due_at,
                    attempts = attempts + :attempts, claimed_until = NULL, last_error = :error
             WHERE id = :id AND refused_at IS NULL"""
    tx.run(sql, id=message_id, due_at=due_at, error=error, attempts=attempts)


def mark_failed(tx: Transaction, message_id: str, now: datetime, error: str) -> bool:
    """Record that the message failed permanently; return False if it was withdrawn or erased.

    It stays in the outbox.
    """
    sql = """UPDATE outbox SET refused_at = :now, attempts = attempts + 1, claimed_until = NULL,
                    last_error = :error
             WHERE id = :id AND refused_at IS NULL"""
    return tx.changes(sql, id=message_id, now=now, error=error)


def withdraw(
    tx: Transaction, invitation_id: str, kinds: Collection[str], now: datetime, reason: str
) -> None:
    """Cancel the unsent messages of these kinds about an invitation.

    Earlier attempts are forgotten, because `failed_emails.find` lists failures to act on.
    """
    names, values = in_list("kind", kinds)
    sql = f"""UPDATE outbox SET refused_at = :now, last_error = :reason, attempts = 0
              WHERE invitation_id = :id AND kind IN ({names}) AND {WAITING}"""
    tx.run(sql, **values, id=invitation_id, now=now, reason=reason)


def find(source: Readable, message_id: str) -> Row | None:
    """Return kind, invitation_id, recipient and created_at of a message; None if unknown."""
    sql = "SELECT kind, invitation_id, recipient, created_at FROM outbox WHERE id = :id"
    rows = source.ask(sql, id=message_id)
    return {**rows[0], **times_in(rows[0], "created_at")} if rows else None


def count_waiting(database: Database, due_by: datetime = HELD) -> int:
    """Return how many messages are waiting, without those that first leave after `due_by`."""
    sql = f"""SELECT count(*) FROM outbox WHERE {WAITING}
              AND (due_at <= :due_by OR attempts > 0)"""
    return database.count(sql, due_by=due_by)


def is_due_before(database: Database, moment: datetime) -> bool:
    """Return whether a waiting message was due before `moment`."""
    sql = f"SELECT 1 FROM outbox WHERE {WAITING} AND due_at < :moment LIMIT 1"
    return database.exists(sql, moment=moment)


def was_sent(database: Database, message_id: str) -> bool:
    """Return whether the message is stored as sent."""
    sql = "SELECT 1 FROM outbox WHERE id = :id AND sent_at IS NOT NULL"
    return database.exists(sql, id=message_id)


def newest_sent(database: Database) -> str | None:
    """Return the id of the message that was sent last, or None."""
    sql = "SELECT id FROM outbox WHERE sent_at IS NOT NULL ORDER BY sent_at DESC, id LIMIT 1"
    return database.value(sql)


def newest_time(database: Database) -> str | None:
    """Return the newest time at which a message was written or sent, as UTC text, or None."""
    rows = database.ask("SELECT max(created_at) AS written, max(sent_at) AS sent FROM outbox")
    return max(filter(None, rows[0].values()), default=None)
