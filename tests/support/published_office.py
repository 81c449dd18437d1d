"""An office whose figures are published: cases close, customers answer, a period is over."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

from feedback_app.base.weeks import week_of
from feedback_app.commands.publish import publish
from feedback_app.database.contract import Transaction
from feedback_app.records import Answer
from feedback_app.store import invitations, progress
from feedback_app.survey.protocol import store_answer
from tests.support.office import KEY, Office, a_case

Run = Callable[..., Result]

# The first day of 2026-W40, the first of four weeks that are published together.
START = datetime(2026, 9, 28, 8, tzinfo=UTC)
PERIOD = "2026-W40_2026-W43"
OVER = datetime(2026, 11, 22, 12, tzinfo=UTC)


def close(office: Office, tx: Transaction, number: int, at: datetime, **changes: object) -> str:
    """Close a case, hand its link over and return the invitation's id."""
    details = {
        "closed_at": at,
        "opened_at": at - timedelta(hours=30),
        "first_response_at": at - timedelta(hours=30) + timedelta(minutes=10 + number % 1000),
        "closure_reason": "confirmed",
        "case_kind": "software",
        **changes,
    }
    case = a_case(f"C{number:05}", **details)
    invitation_id = office.program.case_intake.store_all(tx, [case], at)[0].invitation_id
    assert invitation_id
    invitations.hand_over(tx, [invitation_id], at, at + timedelta(days=14))
    return invitation_id


def answer(
    office: Office,
    tx: Transaction,
    invitation_id: str,
    ease: int,
    satisfaction: int,
    at: datetime,
    **changes: object,
) -> None:
    """Answer an invitation, and read the answer two days later."""
    given = Answer(
        invitation_id=invitation_id,
        revision=1,
        ease=ease,
        satisfaction=satisfaction,
        comment="A comment for tests.",
        contact_welcome=False,
        wording_version=1,
        language="en",
        answered_at=at,
        answered_week=week_of(at, office.program.zone),
    )
    store_answer(tx, replace(given, **changes), edit_window=timedelta(0))
    progress.mark_read(tx, invitation_id, at + timedelta(days=2))


def a_period(office: Office, cases: int = 40, answered: int = 34, start: datetime = START) -> None:
    """Close `cases` within four weeks from `start`, of which the first `answered` are answered.

    Afterwards it is the day on which the period is over.
    """
    with office.program.database.write() as tx:
        for number in range(cases):
            at = start + timedelta(hours=number * 600 // cases)
            invitation_id = close(office, tx, number + start.day * 1000, at)
            if number < answered:
                satisfaction = 5 if number % 3 else 4
                answer(
                    office, tx, invitation_id, number % 5 + 1, satisfaction, at + timedelta(days=1)
                )
    office.now = start + (OVER - START)


@pytest.fixture
def run(office: Office, database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run a command on the office's database and its own results folder."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("FEEDBACK_DATABASE", database_url)
    monkeypatch.setenv("FEEDBACK_SECRET_KEYS", KEY)
    monkeypatch.setenv("FEEDBACK_RESULTS", str(tmp_path / "results"))

    def run(command: click.Command, *words: str) -> Result:
        return CliRunner().invoke(command, words)

    return run


def publish_period(run: Run, *words: str) -> str:
    """Run the preview, approve it and return the output."""
    code = code_of_preview(run(publish, *words).stdout)
    done = run(publish, *words, "--approve", code, "--by", "A lead for tests")
    assert done.exit_code == 0, done.output
    return done.stdout


def code_of_preview(preview: str) -> str:
    """Return the code with which the shown figures are approved."""
    found = re.search(r"--approve (\w+) --by NAME", preview)
    assert found, preview
    return found[1]
