"""A program with a history, for benchmarks and tests: as it would stand after all its meetings.

The database writes the rows itself, in SQL that both engines understand.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import accumulate
from pathlib import Path
from typing import Any, NamedTuple

from pydantic import SecretStr

from feedback_app.app import create_app
from feedback_app.base.search_words import words_of
from feedback_app.base.weeks import days_of, week_of, weeks_back
from feedback_app.database.contract import Transaction
from feedback_app.database.migrate import MIGRATIONS, migrate
from feedback_app.leads import passwords
from feedback_app.program import Program, open_program
from feedback_app.records import Lead, Role
from feedback_app.settings import Settings
from feedback_app.store import leads, search_index

KEY = "a-key-for-measuring-only-and-long-enough"
PASSWORD = "a-password-for-measuring"
NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
IN_WEEK = datetime(2026, 11, 18, 12, tzinfo=UTC)
# The word that one comment of the measured week contains.
RARE_WORD = "wolpertinger"
COMMENT = "A comment of an ordinary length, in which somebody says why."
_TEAMS, _CUSTOMERS = 12, 3000


class Size(NamedTuple):
    """How many cases were closed, and how many of them were answered."""

    cases: int
    answers: int


SMALL_WEEK = Size(40, 8)
BIG_WEEK = Size(40_000, 8_000)


class House(NamedTuple):
    """A program with a history, and a lead who is signed in."""

    program: Program
    client: Any


def open_house(
    folder: Path,
    past: Size,
    weeks: int,
    measured: Size = SMALL_WEEK,
    *,
    url: str = "",
    role: Role = "lead",
) -> House:
    """Return a program with `past` in the `weeks` before the measured week.

    The database is a SQLite file in `folder`, unless `url` is that of another one.
    """
    folder.mkdir(mode=0o700)
    program = open_program(
        Settings(
            database=SecretStr(url or f"sqlite:///{folder / 'feedback.sqlite'}"),
            secret_keys=(SecretStr(KEY),),
            mailbox=folder / "mailbox",
            results=folder / "results",
        )
    )
    migrate(program.database, NOW)
    fill(program, past, weeks, measured)
    hashed = passwords.hash_password(PASSWORD)
    with program.database.write() as tx:
        leads.add(tx, Lead(name="lead", role=role, password_hash=hashed, added_at=NOW))
    return House(program, signed_in(program))


def signed_in(program: Program) -> Any:
    """Return a browser without a screen in which the lead is signed in."""
    client = create_app(parts=program, now=lambda: NOW).test_client()
    page = client.get("/review/sign-in").text.split('name="csrf_token" value="')[1].split('"')[0]
    form = {"name": "lead", "password": PASSWORD, "csrf_token": page}
    if client.post("/review/sign-in", data=form).status_code != 303:
        raise RuntimeError("nobody could sign in: nothing was measured")
    return client


def fill(program: Program, past: Size, weeks: int, measured: Size) -> None:
    """Write the history as it would stand after its meetings, and the measured week after."""
    last = week_of(IN_WEEK, program.zone)
    # Without the time-out of statements.
    with program.database.migrating() as tx:
        if program.database.engine == "sqlite":
            tx.run("PRAGMA defer_foreign_keys = 1")
        _index_customers(tx)
        sizes = [*_shares(past, weeks), measured]
        starts = [0, *accumulate(size.cases for size in sizes)]
        for week, size, start in zip(weeks_back(last, weeks + 1), sizes, starts, strict=False):
            _write_week(tx, week, size, start)
        _write_meetings(tx, last)
        _index_comments(tx)
        tx.run("ANALYZE")
    search_index.catch_up(program.database)


def _shares(past: Size, weeks: int) -> Iterator[Size]:
    """Yield an equal share for each week; the last weeks have the rest."""
    for week in range(weeks):
        ends = ([number * (week + one) // weeks for number in past] for one in (0, 1))
        yield Size(*(after - before for before, after in zip(*ends, strict=True)))


def _write_week(tx: Transaction, week: str, size: Size, start: int) -> None:
    """Write the cases of a week, numbered from `start`, with invitations and answers."""
    monday = days_of(week, week)[0]
    days = {f"day_{number}": _day(monday, number) for number in range(6)}
    sizes: dict[str, object] = {"start": start, "size": size.cases, "answered": size.answers}
    more = {"week": week, "level": int(week[-2:]) % 5, "expires": _day(monday, 18)}
    values = {**sizes, **more, **days}
    for table, columns, condition in _ROWS:
        names = ", ".join(columns)
        tx.run(
            f"""INSERT INTO {table} ({names}) {_NUMBERS}
                SELECT {", ".join(columns.values())} FROM numbered WHERE {condition}""",
            **values,
        )


def _day(monday: date, number: int) -> str:
    return (monday + timedelta(days=number)).isoformat()


# `i` counts the cases of a week, `n` all cases, and `a` the answers of the week.
_NUMBERS = """
    WITH RECURSIVE counted (i) AS (
        SELECT 0 UNION ALL SELECT i + 1 FROM counted WHERE i + 1 < :size
    ), answering AS (
        SELECT i, CAST(:start AS integer) + i AS n,
               i * CAST(:answered AS integer) / CAST(:size AS integer) AS a,
               (i + 1) * CAST(:answered AS integer) / CAST(:size AS integer) AS after
        FROM counted
    ), numbered AS (SELECT i, n, a, a < after AS is_answered FROM answering)
"""
_CLOCK = "'T' || (10 + i % 8) || ':' || (10 + i / 8 % 50) || ':' || (10 + i / 400 % 50) || 'Z'"


def _choose(number: str, *values: str) -> str:
    """Return SQL for one of `values`, by the remainder of `number`."""
    cases = " ".join(f"WHEN {at} THEN {value}" for at, value in enumerate(values))
    return f"CASE ({number}) % {len(values)} {cases} END"


def _time(first_day: int) -> str:
    """Return SQL for a time on one of five days."""
    day = _choose("i", *(f"CAST(:day_{first_day + number} AS text)" for number in range(5)))
    return f"{day} || {_CLOCK}"


# In some weeks, more customers choose the best score.
_EASE = "CASE WHEN a % 9 < :level THEN 5 ELSE 1 + a % 5 END"
_SATISFACTION = "1 + a / 5 % 5"
_ROWS: tuple[tuple[str, dict[str, str], str], ...] = (
    (
        "cases",
        {
            "id": "'case-' || n",
            "source": "'benchmark'",
            "case_id": "CAST(n AS text)",
            "closure_key": "'1'",
            "case_number": "substr('00000000' || n, length(CAST(n AS text)) + 1)",
            "case_kind": _choose("n", "'software'", "'infrastructure'", "'security'", "'other'"),
            "closure_reason": _choose("n", "'confirmed'", "'no_reply'"),
            "customer": f"'Customer ' || (n % {_CUSTOMERS})",
            "team": f"'Team ' || (n % {_TEAMS})",
            "language": _choose("n", "'en'", "'de'"),
            "contact_email": f"'person-' || n || '@customer-' || (n % {_CUSTOMERS}) || '.example'",
            "opened_at": "CAST(:day_0 AS text) || 'T0' || (n % 10) || ':' || '00:00Z'",
            "first_response_at": "CAST(:day_0 AS text) || 'T1' || (n % 10) || ':' || '30:00Z'",
            "closed_at": _time(0),
            "closed_week": "CAST(:week AS text)",
            "received_at": _time(0),
        },
        "1 = 1",
    ),
    (
        "invitations",
        {
            "id": "'invitation-' || n",
            "case_ref": "'case-' || n",
            "created_at": _time(0),
            "expires_at": "CAST(:expires AS text) || 'T12:00:00Z'",
            "withheld_because": """CASE WHEN is_answered THEN NULL WHEN n % 10 = 0
                                   THEN 'quiet_period' WHEN n % 10 = 1 THEN 'no_address' END""",
            "handed_over_at": f"CASE WHEN is_answered OR n % 10 > 1 THEN {_time(0)} END",
            "bounced_at": f"CASE WHEN NOT is_answered AND n % 10 = 2 THEN {_time(1)} END",
        },
        "1 = 1",
    ),
    (
        "answers",
        {
            "invitation_id": "'invitation-' || n",
            "revision": "1",
            "ease": _EASE,
            "satisfaction": _SATISFACTION,
            "comment": f"CASE WHEN a % 2 = 1 THEN '{COMMENT}' ELSE '' END",
            "contact_welcome": "a / 2 % 2",
            "wording_version": "1",
            "language": "'en'",
            "answered_at": _time(1),
            "answered_week": "CAST(:week AS text)",
            "flags": "''",
        },
        "is_answered",
    ),
)


def _write_meetings(tx: Transaction, measured: str) -> None:
    """Let all answers before the measured week be read and discussed."""
    tx.run(
        """INSERT INTO progress (invitation_id, read_at, discussed_at, discussed_week)
           SELECT invitation_id, answered_at, answered_at, answered_week FROM answers
           WHERE answered_week < :week""",
        week=measured,
    )
    # Version 5 fills the tables of the review from the answers.
    for statement in MIGRATIONS[4]:
        if statement.startswith("INSERT"):
            tx.run(statement)


def _index_customers(tx: Transaction) -> None:
    tx.run(
        """WITH RECURSIVE numbered (n) AS (
               SELECT 0 UNION ALL SELECT n + 1 FROM numbered WHERE n + 1 < :customers)
           INSERT INTO search_texts (kind, key, words)
           SELECT 'customer', 'Customer ' || n, '§customer customer ' || n FROM numbered""",
        customers=_CUSTOMERS,
    )


def _index_comments(tx: Transaction) -> None:
    """Index the comments, which are all alike, and write the rare word into one of them."""
    tx.run("DELETE FROM search_changes WHERE kind = 'comment'")
    tx.run(
        """INSERT INTO search_texts (kind, key, words)
           SELECT 'comment', invitation_id, :words FROM answers WHERE comment <> ''
           ORDER BY answered_week""",
        words=" ".join(("§comment", *words_of(COMMENT))),
    )
    tx.run(
        """UPDATE answers SET comment = :comment WHERE invitation_id = (
               SELECT max(invitation_id) FROM answers WHERE comment <> ''
                   AND answered_week = (SELECT max(answered_week) FROM answers))""",
        comment=RARE_WORD,
    )
