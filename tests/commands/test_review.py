"""The commands that show answers, on rows of both engines."""

import csv
import gc
import io
import json
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import click
import pytest
from click.testing import CliRunner, Result

from feedback_app.base import times
from feedback_app.base.spreadsheet import unguarded
from feedback_app.base.weeks import week_of
from feedback_app.commands.review import answers, export, review
from feedback_app.database.contract import Database
from feedback_app.records import Answer, ClosedCase
from feedback_app.store import answers as stored_answers
from feedback_app.store import cases, invitations
from support_facts import load_facts

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
LAST_WEEK = datetime(2026, 11, 18, 12, tzinfo=UTC)
ZONE = ZoneInfo(load_facts().organisation.time_zone)

Run = Callable[..., Result]


@pytest.fixture
def run(
    database: Database, database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Run:
    """Run a command on that database, on Tuesday of 2026-W48."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("FEEDBACK_DATABASE", database_url)
    monkeypatch.setenv("FEEDBACK_SECRET_KEYS", "a-key-for-tests-only-which-is-long-enough")
    monkeypatch.setattr(times, "now", lambda: NOW)

    def run(command: click.Command, *words: str) -> Result:
        return CliRunner().invoke(command, words)

    return run


def close_case(database: Database, number: str, closed_at: datetime = LAST_WEEK, **of: Any) -> str:
    """Keep a closed case, give its link out, and return the invitation's id."""
    case = ClosedCase(
        **{
            "source": "tests",
            "case_id": number,
            "case_number": number,
            "closed_at": closed_at,
            "closure_key": times.to_text(closed_at),
            "closure_reason": "confirmed",
            "opened_at": closed_at - timedelta(hours=3),
            **of,
        }
    )
    expires_at = closed_at + timedelta(days=14)
    with database.write() as tx:
        case_ref = cases.add(tx, case, week_of(closed_at, ZONE), closed_at)
        assert case_ref
        invitation_id = invitations.add(tx, case_ref, closed_at, expires_at, None)
        invitations.hand_over(tx, [invitation_id], closed_at, expires_at)
    return invitation_id


def answer(
    database: Database,
    invitation_id: str,
    ease: int,
    satisfaction: int,
    comment: str = "",
    **of: Any,
) -> None:
    """Store one revision of an answer."""
    at = of.pop("answered_at", LAST_WEEK + timedelta(hours=1))
    values: dict[str, Any] = {
        "revision": 1,
        "contact_welcome": False,
        "wording_version": 1,
        "language": "en",
        "answered_week": week_of(at, ZONE),
        **of,
    }
    with database.write() as tx:
        assert stored_answers.append(
            tx,
            Answer(
                invitation_id=invitation_id,
                ease=ease,
                satisfaction=satisfaction,
                comment=comment,
                answered_at=at,
                **values,
            ),
        )


def test_the_review_shows_the_requested_week(database: Database, run: Run) -> None:
    answer(database, close_case(database, "0001"), 1, 2, "Slow.", contact_welcome=True)
    answer(database, close_case(database, "0002"), 5, 5)
    close_case(database, "0003")
    elsewhere = close_case(database, "0004", NOW)
    answer(database, elsewhere, 3, 3, "Another week.", answered_at=NOW)
    result = run(review, "2026-W47")
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout.startswith("# Weekly review 2026-W47\n")
    assert "2 answers, 1 with a comment (50%)" in result.stdout
    assert "### Case 0001\n" in result.stdout
    assert "> Slow.\n" in result.stdout
    assert "Another week." not in result.stdout
    assert "2 of 3 surveyed customers answered, 67%. Answers can still arrive" in result.stdout
    assert "| All kinds | 3 | 3 h |" in result.stdout


def test_the_newest_revision_counts_in_the_week_of_the_first(database: Database, run: Run) -> None:
    changed = close_case(database, "0001")
    answer(database, changed, 1, 1, "Bad.")
    answer(
        database,
        changed,
        5,
        4,
        "Good after all.",
        revision=2,
        answered_at=NOW,
        answered_week="2026-W47",
    )
    text = run(review, "2026-W47").stdout
    assert "1 answer, " in text
    assert "Good after all." in text
    assert "Bad." not in text


def test_without_a_week_the_last_complete_one_is_shown_and_named(
    database: Database, run: Run
) -> None:
    answer(database, close_case(database, "0001"), 4, 4)
    result = run(review)
    assert result.stdout.startswith("# Weekly review 2026-W47\n")
    assert result.stderr == "showing 2026-W47, the last complete week\n"


def test_early_on_monday_the_review_shows_the_week_that_just_ended(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    after_a_clock_change = datetime(2026, 4, 5, 22, 30, tzinfo=UTC)
    monkeypatch.setattr(times, "now", lambda: after_a_clock_change)
    assert week_of(after_a_clock_change, ZONE) == "2026-W15"
    assert "2026-W14" in run(review).stderr


@pytest.mark.parametrize("week", ["47", "2026-W54", "last", "=1", "9999-W52", "0005-W10"])
def test_an_invalid_week_is_refused_with_one_line(run: Run, week: str) -> None:
    for words in ((review, week), (export, week, "--format", "csv")):
        result = run(*words)
        assert result.exit_code == 2
        assert "Invalid value for WEEK" in result.stderr
        assert week in result.stderr


def test_the_csv_has_one_row_per_answered_case(database: Database, run: Run) -> None:
    answer(
        database,
        close_case(database, "00012345", customer="=cmd", team="North"),
        2,
        4,
        "=1+1\nsecond",
        flags=("at_once",),
    )
    close_case(database, "0002")
    result = run(export, "2026-W47", "--format", "csv")
    assert result.exit_code == 0
    text = result.stdout_bytes.decode("utf-8-sig")
    assert result.stdout_bytes.startswith(b"\xef\xbb\xbf")
    (row,) = csv.DictReader(io.StringIO(text, newline=""))
    assert row["case_number"] == "00012345"
    assert (row["customer"], row["comment"]) == ("'=cmd", "'=1+1\nsecond")
    assert unguarded(row["comment"]) == "=1+1\nsecond"
    assert (row["team"], row["ease"], row["satisfaction"]) == ("North", "2", "4")
    assert row["flags"] == "at_once"


def test_the_separator_of_an_export_follows_its_language_or_is_chosen(run: Run) -> None:
    for words, separator in (
        ((), ","),
        (("--language", "de"), ";"),
        (("--language", "de", "--separator", "comma"), ","),
        (("--separator", "tab"), "\t"),
    ):
        result = run(export, "2026-W47", "--format", "csv", *words)
        assert result.stdout.removeprefix("\ufeff").startswith(f"case_number{separator}case_kind")


def test_an_export_is_written_to_a_file_and_reported(
    database: Database, run: Run, tmp_path: Path
) -> None:
    answer(database, close_case(database, "0001"), 2, 4, "Ünique")
    path = tmp_path / "week.md"
    path.write_text("an older export")
    result = run(export, "2026-W47", "--format", "md", "--output", str(path))
    assert result.stdout == f"2026-W47 written to {path}\n"
    assert "> Ünique\n" in path.read_text(encoding="utf-8")
    on_screen = run(export, "2026-W47", "--format", "md").stdout_bytes
    assert on_screen == path.read_bytes()


def test_a_file_that_cannot_be_written_is_reported(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "missing" / "week.csv"
    result = run(export, "2026-W47", "--format", "csv", "--output", str(path))
    assert result.exit_code == 1
    assert f"cannot write {path}: No such file or directory" in result.stderr


def test_answers_as_json_are_one_list_across_the_weeks(database: Database, run: Run) -> None:
    answer(database, close_case(database, "0002", NOW), 5, 5, answered_at=NOW)
    answer(database, close_case(database, "0001"), 1, 2, "Ü\n", contact_welcome=True)
    first, second = json.loads(run(answers, "--json").stdout)
    assert first["case_number"] == "0001"
    assert (first["ease"], first["satisfaction"], first["comment"]) == (1, 2, "Ü\n")
    assert (first["answered_at"], first["week"]) == ("2026-11-18T13:00:00Z", "2026-W47")
    assert (first["contact_welcome"], first["revision"], first["flags"]) == (True, 1, [])
    assert first["source"] == "tests"
    assert (second["case_number"], second["week"]) == ("0002", "2026-W48")


def test_answers_are_counted_once_whatever_their_revisions(database: Database, run: Run) -> None:
    assert run(answers, "--count").stdout == "0\n"
    assert json.loads(run(answers, "--json").stdout) == []
    changed = close_case(database, "0001")
    answer(database, changed, 1, 1)
    answer(database, changed, 2, 2, revision=2)
    answer(database, close_case(database, "0002"), 1, 1)
    close_case(database, "0003")
    assert run(answers, "--count").stdout == "2\n"


def test_answers_are_readable_on_a_terminal(database: Database, run: Run) -> None:
    answer(database, close_case(database, "0001"), 1, 2, "first\nsecond")
    heading, line = run(answers).stdout.splitlines()
    assert heading.split() == [
        "answered_at",
        "case_number",
        "ease",
        "satisfaction",
        "source",
        "comment",
    ]
    assert line.split() == ["2026-11-18T13:00:00Z", "0001", "1", "2", "tests", "first", "second"]


def test_json_and_count_together_are_refused(run: Run) -> None:
    result = run(answers, "--json", "--count")
    assert result.exit_code == 2
    assert "use either --json or --count" in result.stderr


@pytest.mark.parametrize(
    ("command", "words"),
    [(answers, ()), (answers, ("--json",)), (export, ("2026-W47", "--format", "csv"))],
)
def test_a_reader_that_stops_early_leaves_no_open_cursor(
    database: Database,
    run: Run,
    monkeypatch: pytest.MonkeyPatch,
    command: click.Command,
    words: tuple[str, ...],
) -> None:
    for number in range(3):
        answer(database, close_case(database, str(number)), 3, 3)
    read: list[str] = []

    def read_two(piece: str) -> None:
        read.append(piece)
        if len(read) == 2:
            raise RuntimeError("nobody reads on")

    monkeypatch.setattr("feedback_app.commands.review._print", read_two)
    # Rows that outlive their database complain when they are collected.
    complaints: list[object] = []
    monkeypatch.setattr(sys, "unraisablehook", complaints.append)
    assert run(command, *words).exit_code == 1
    gc.collect()
    assert (len(read), complaints) == (2, [])
