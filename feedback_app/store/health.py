"""What operators watch: the queue of emails, the jobs, and the clock of the database."""

from datetime import UTC, datetime

from feedback_app.base.times import from_text
from feedback_app.database.contract import Database, Row, Transaction


def database_time(database: Database) -> datetime:
    """Return the time of the database's clock."""
    (text,) = database.column("SELECT CAST(CURRENT_TIMESTAMP AS TEXT)")
    found = datetime.fromisoformat(text)
    # SQLite shows UTC without an offset.
    return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)


def has_data(database: Database) -> bool:
    """Return whether the database has more than what migrations write."""
    tables = ("cases", "leads", "opt_outs")
    return any(database.exists(f"SELECT 1 FROM {table} LIMIT 1") for table in tables)


def record_run(tx: Transaction, job: str, now: datetime) -> None:
    """Record that a job of the worker finished without an error."""
    sql = """INSERT INTO job_runs (job, finished_at) VALUES (:job, :now)
             ON CONFLICT (job) DO UPDATE SET finished_at = :now"""
    tx.run(sql, job=job, now=now)


def last_runs(database: Database) -> dict[str, datetime]:
    """Return when each job of the worker last finished without an error."""
    rows = database.ask("SELECT job, finished_at FROM job_runs ORDER BY job")
    return {row["job"]: from_text(row["finished_at"]) for row in rows}


def queue(database: Database, now: datetime, held: datetime) -> Row:
    """Return the numbers of emails that are `waiting`, `due` and `held`, and `oldest_due`.

    `oldest_due` is when the first of the due or already tried emails was first due, as UTC text.
    """
    sql = """SELECT count(*) AS waiting,
                    count(CASE WHEN due_at <= :now THEN 1 END) AS due,
                    count(CASE WHEN due_at = :held THEN 1 END) AS held,
                    min(CASE WHEN due_at <= :now OR attempts > 0
                             THEN coalesce(first_due_at, due_at) END) AS oldest_due
             FROM outbox WHERE sent_at IS NULL AND refused_at IS NULL"""
    (row,) = database.ask(sql, now=now, held=held)
    return row


def sent_since(database: Database, moment: datetime) -> int:
    """Return how many emails and chat messages were sent after `moment`."""
    sql = "SELECT count(*) FROM outbox WHERE sent_at IS NOT NULL AND sent_at > :moment"
    return database.count(sql, moment=moment)


def last_sent(database: Database) -> datetime | None:
    """Return when the last email or chat message was sent."""
    return database.time("SELECT max(sent_at) FROM outbox WHERE sent_at IS NOT NULL")


def failures_since(database: Database, moment: datetime) -> dict[str, int]:
    """Return how many messages failed after `moment`, by the first three letters of the reason.

    For a reply of the mail server, that is its code.
    """
    sql = """SELECT substr(coalesce(last_error, ''), 1, 3) AS reason, count(*) AS failed FROM outbox
             WHERE refused_at IS NOT NULL AND refused_at > :moment AND attempts > 0
             GROUP BY substr(coalesce(last_error, ''), 1, 3)"""
    rows = database.ask(sql, moment=moment)
    return {row["reason"]: row["failed"] for row in rows}


def answers(database: Database) -> int:
    """Return how many answers are counted in the scores of all weeks."""
    return database.count("SELECT coalesce(sum(answers), 0) FROM week_scores")
