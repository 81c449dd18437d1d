"""A program with a history, for the benchmarks: as it would stand after all its meetings."""

import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

from pydantic import SecretStr

from feedback_app.app import create_app
from feedback_app.base.times import to_text
from feedback_app.base.weeks import week_of, weeks_back
from feedback_app.database.migrate import MIGRATIONS, migrate
from feedback_app.leads import passwords
from feedback_app.program import Program, open_program
from feedback_app.records import Lead
from feedback_app.settings import Settings
from feedback_app.store import leads, search_index

KEY = "a-key-for-measuring-only-and-long-enough"
PASSWORD = "a-password-for-measuring"
NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
IN_WEEK = datetime(2026, 11, 18, 12, tzinfo=UTC)
CASES, ANSWERS = 40, 8
# The word that one comment of the measured week contains.
RARE_WORD = "wolpertinger"
COMMENT = "A comment of an ordinary length, in which somebody says why."


class House(NamedTuple):
    """A program with a history, and a lead who is signed in."""

    program: Program
    client: Any


def open_house(folder: Path, answers: int, weeks: int) -> House:
    """Return a program with so many answers in the weeks before the measured week."""
    folder.mkdir()
    path = folder / "feedback.sqlite"
    program = open_program(
        Settings(
            database=SecretStr(f"sqlite:///{path}"),
            secret_keys=(SecretStr(KEY),),
            mailbox=folder / "mailbox",
        )
    )
    migrate(program.database, NOW)
    _fill(path, answers, weeks, week_of(IN_WEEK, program.zone))
    search_index.catch_up(program.database)
    hashed = passwords.hash_password(PASSWORD)
    with program.database.write() as tx:
        leads.add(tx, Lead(name="lead", role="lead", password_hash=hashed, added_at=NOW))
    client = create_app(parts=program, now=lambda: NOW).test_client()
    page = client.get("/review/sign-in").text.split('name="csrf_token" value="')[1].split('"')[0]
    form = {"name": "lead", "password": PASSWORD, "csrf_token": page}
    if client.post("/review/sign-in", data=form).status_code != 303:
        raise RuntimeError("nobody could sign in: nothing was measured")
    return House(program, client)


def _fill(path: Path, answers: int, weeks: int, measured: str) -> None:
    """Write the history as it would stand after its meetings, and the measured week after."""
    past = weeks_back(measured, weeks + 1)[:-1]
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA synchronous=OFF")
    connection.execute("BEGIN")
    for table, rows in (
        ("cases", _cases(answers, past, measured)),
        ("invitations", _invitations(answers)),
        ("answers", _answers(answers, past, measured)),
    ):
        first = next(rows)
        names = ", ".join(first)
        marks = ", ".join(f":{name}" for name in first)
        statement = f"INSERT INTO {table} ({names}) VALUES ({marks})"
        connection.execute(statement, first)
        connection.executemany(statement, rows)
    connection.execute(
        "INSERT INTO progress (invitation_id, read_at, discussed_at, discussed_week)"
        " SELECT invitation_id, answered_at, answered_at, answered_week FROM answers"
        " WHERE answered_week < ?",
        (measured,),
    )
    # Version 5 fills the tables of the review from the answers.
    for statement in MIGRATIONS[4]:
        if statement.startswith("INSERT"):
            connection.execute(statement)
    connection.execute("COMMIT")
    connection.execute("ANALYZE")
    connection.close()


def _numbers(answers: int) -> Iterator[tuple[int, bool]]:
    """Yield a number for each case, and whether it is of the measured week."""
    yield from ((number, False) for number in range(answers))
    yield from ((answers + number, True) for number in range(CASES))


def _cases(answers: int, past: list[str], measured: str) -> Iterator[dict[str, object]]:
    for number, now in _numbers(answers):
        closed = IN_WEEK if now else IN_WEEK - timedelta(weeks=1 + number % len(past))
        yield {
            "id": f"case-{number}",
            "source": "benchmark",
            "case_id": str(number),
            "closure_key": "1",
            "case_number": f"{number:08}",
            "case_kind": ("software", "infrastructure", "security", "other")[number % 4],
            "closure_reason": ("confirmed", "no_reply")[number % 2],
            "opened_at": to_text(closed - timedelta(hours=number % 90 + 1)),
            "closed_at": to_text(closed),
            "closed_week": measured if now else past[-1 - number % len(past)],
            "received_at": to_text(closed),
        }


def _invitations(answers: int) -> Iterator[dict[str, object]]:
    for number, _ in _numbers(answers):
        yield {
            "id": f"invitation-{number}",
            "case_ref": f"case-{number}",
            "created_at": to_text(IN_WEEK),
            "expires_at": to_text(IN_WEEK + timedelta(days=14)),
            "handed_over_at": to_text(IN_WEEK),
        }


def _answers(answers: int, past: list[str], measured: str) -> Iterator[dict[str, object]]:
    for number, now in islice(_numbers(answers), answers + ANSWERS):
        yield {
            "invitation_id": f"invitation-{number}",
            "revision": 1,
            "ease": number % 5 + 1,
            "satisfaction": number // 5 % 5 + 1,
            "comment": RARE_WORD if number == answers else COMMENT if number % 2 else "",
            "contact_welcome": 0,
            "wording_version": 1,
            "language": "en",
            "answered_at": to_text(IN_WEEK),
            "answered_week": measured if now else past[-1 - number % len(past)],
            "flags": "",
        }
