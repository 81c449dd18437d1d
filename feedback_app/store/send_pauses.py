"""Pauses in sending emails: to everybody, or to a domain that asks us to slow down."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import NamedTuple

from feedback_app.database.contract import Database, Readable, Transaction
from feedback_app.store.rows import columns_of, in_list

# The domain of the pause for all emails.
ALL = ""
_FIRST, _LONGEST = timedelta(minutes=1), timedelta(minutes=15)
# A worker that tries one email after a pause has this long. If it is killed, another one tries.
_TRIAL = timedelta(minutes=5)
_FORGOTTEN_AFTER = timedelta(days=1)


class SendPause(NamedTuple):
    """A pause until `until`, after `failures` in a row since `since`."""

    domain: str
    reason: str
    since: datetime
    until: datetime
    failures: int
    announced_at: datetime | None


_COLUMNS = columns_of(SendPause)


def find(source: Readable, domain: str = ALL) -> SendPause | None:
    """Return the pause for a domain, by default for all emails; None if there is none.

    It stays until an email is accepted, also when its time is over.
    """
    sql = f"SELECT {_COLUMNS} FROM send_pauses WHERE domain = :domain"
    return source.record(SendPause, sql, domain=domain)


def of_domains(database: Database, now: datetime) -> list[SendPause]:
    """Return the domains that get no emails now, the longest pause first."""
    sql = f"""SELECT {_COLUMNS} FROM send_pauses WHERE domain <> '' AND until > :now
              ORDER BY since, domain"""
    return database.records(SendPause, sql, now=now)


def extend(
    tx: Transaction, domain: str, reason: str, now: datetime, is_trial: bool = False
) -> SendPause:
    """Pause for 1, 2, 4 … up to 15 minutes, and return the pause.

    During a pause, only the failure of a trial extends it: other workers may still be sending.
    """
    tx.run("DELETE FROM send_pauses WHERE until < :before", before=now - _FORGOTTEN_AFTER)
    earlier = find(tx, domain)
    if earlier and earlier.until > now and not is_trial:
        return earlier
    failures = earlier.failures + 1 if earlier else 1
    (pause,) = tx.records(
        SendPause,
        f"""INSERT INTO send_pauses (domain, reason, since, until, failures)
            VALUES (:domain, :reason, :now, :until, :failures)
            ON CONFLICT (domain) DO UPDATE SET
                reason = excluded.reason, until = excluded.until, failures = excluded.failures
            RETURNING {_COLUMNS}""",
        domain=domain,
        reason=reason,
        now=now,
        until=now + min(_FIRST * 2 ** min(failures - 1, 10), _LONGEST),
        failures=failures,
    )
    return pause


def begin_trial(tx: Transaction, now: datetime) -> None:
    """Keep other workers from trying an email, too, until this trial ends."""
    end_all(tx, now + _TRIAL)


def end_all(tx: Transaction, now: datetime) -> bool:
    """Let the next email be tried at `now`; return whether there was a pause for all."""
    return tx.changes("UPDATE send_pauses SET until = :now WHERE domain = ''", now=now)


def clear(tx: Transaction, domains: Iterable[str]) -> bool:
    """Delete these pauses; return whether there were any."""
    names, values = in_list("domain", domains)
    return tx.changes(f"DELETE FROM send_pauses WHERE domain IN ({names})", **values)


def mark_announced(tx: Transaction, now: datetime) -> None:
    """Record that the admins were told about the pause for all emails."""
    tx.run("UPDATE send_pauses SET announced_at = :now WHERE domain = ''", now=now)
