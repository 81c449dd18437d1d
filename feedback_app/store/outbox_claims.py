"""Claim due messages for a worker, within the rate limits and outside of pauses."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from feedback_app.database.contract import Transaction
from feedback_app.records import OutboxMessage
from feedback_app.store import send_pauses
from feedback_app.store.outbox import WAITING
from feedback_app.store.rows import in_list

BATCH_SIZE = 20
_DUE = f"{WAITING} AND due_at <= :now AND (claimed_until IS NULL OR claimed_until <= :clock)"
# Written out, so that the index of waiting alerts is used.
_ALERT = "kind = 'alert'"
_CHAT = "recipient LIKE 'chat:%'"
# SQLite and PostgreSQL have no common function for this: all after the last @.
_DOMAIN = "lower(substr(recipient, length(rtrim(recipient, replace(recipient, '@', ''))) + 1))"
# Emails of the last hour, and those that workers are sending.
_RECENT = f"""(SELECT recipient FROM outbox WHERE sent_at > :hour_ago AND recipient LIKE '%@%'
               UNION ALL
               SELECT recipient FROM outbox
               WHERE {WAITING} AND claimed_until > :clock AND recipient LIKE '%@%') AS recent"""
_NOT_FULL = f"""{_DOMAIN} NOT IN (SELECT {_DOMAIN} FROM {_RECENT}
                                  GROUP BY 1 HAVING count(*) >= :per_domain)"""
_NOT_PAUSED = f"{_DOMAIN} NOT IN (SELECT domain FROM send_pauses WHERE until > :now)"


class RateLimits(NamedTuple):
    """The most emails in any hour, in all and to one domain. None means no limit."""

    per_hour: int | None = None
    per_hour_and_domain: int | None = None


class Claim(NamedTuple):
    """Claimed messages. In a trial, one email shows whether a pause is over."""

    messages: list[OutboxMessage]
    is_trial: bool = False


def claim(tx: Transaction, now: datetime, lease: timedelta, limits: RateLimits) -> Claim:
    """Claim up to `BATCH_SIZE` due messages, oldest first, but alerts before all others.

    Other workers skip them until `lease` is over by the clock of the database. While all emails
    pause, only messages to chats are claimed; after the pause, a single email. The `due_at` of the
    messages is when they were first due.
    """
    # One claim at a time, so that several workers together keep the limits.
    tx.only_one("outbox")
    clock = tx.now()
    values = {
        "now": now,
        "clock": clock,
        "until": clock + lease,
        "hour_ago": now - timedelta(hours=1),
        "per_domain": limits.per_hour_and_domain,
    }
    pause = send_pauses.find(tx)
    room = int(pause.until <= now) if pause else BATCH_SIZE
    if limits.per_hour is not None:
        recent = tx.count(f"SELECT count(*) FROM {_RECENT}", **values)
        room = max(0, min(room, limits.per_hour - recent))
    has_domain_limit = limits.per_hour_and_domain is not None
    allowed = f"{_NOT_PAUSED} AND {_NOT_FULL}" if has_domain_limit else _NOT_PAUSED
    if room < BATCH_SIZE:
        if to_chats := _claim(tx, _CHAT, BATCH_SIZE, values):
            return Claim(to_chats)
        allowed += f" AND NOT {_CHAT}"
    messages: list[OutboxMessage] = []
    if room:
        messages = _claim(tx, f"{_ALERT} AND {allowed}", room, values)
        messages = messages or _claim(tx, allowed, room, values)
    if pause and messages:
        send_pauses.begin_trial(tx, now)
    if has_domain_limit:
        messages = _within_limit(tx, messages, values)
    return Claim(messages, is_trial=bool(pause))


def release(tx: Transaction, messages: Sequence[OutboxMessage]) -> None:
    """Release claimed messages without an attempt."""
    names, values = in_list("id", (message.id for message in messages))
    tx.run(f"UPDATE outbox SET claimed_until = NULL WHERE id IN ({names})", **values)


def domain_of(recipient: str) -> str:
    """Return the domain of an address, in lower case; for a chat, all of it."""
    return recipient.rpartition("@")[2].lower()


def _claim(
    tx: Transaction, condition: str, limit: int, values: dict[str, Any]
) -> list[OutboxMessage]:
    sql = f"""UPDATE outbox SET claimed_until = :until
              WHERE {_DUE} AND id IN (SELECT id FROM outbox WHERE {_DUE} AND {condition}
                                      ORDER BY due_at, id LIMIT :limit)
              RETURNING id, kind, invitation_id, week, lead_name, recipient, attempts, created_at,
                        coalesce(first_due_at, due_at) AS due_at"""
    messages = tx.records(OutboxMessage, sql, limit=limit, **values)
    return sorted(messages, key=lambda one: (one.due_at or one.created_at, one.id))


def _within_limit(
    tx: Transaction, messages: list[OutboxMessage], values: dict[str, Any]
) -> list[OutboxMessage]:
    """Release the last messages of domains that this claim brought over their limit."""
    sql = f"SELECT {_DOMAIN} AS domain, count(*) AS number FROM {_RECENT} GROUP BY 1"
    rows = tx.ask(sql, **values)
    excess = {row["domain"]: row["number"] - values["per_domain"] for row in rows}
    over = []
    for message in reversed(messages):
        domain = domain_of(message.recipient)
        if excess.get(domain, 0) > 0:
            excess[domain] -= 1
            over.append(message)
    release(tx, over)
    return [message for message in messages if message not in over]
