"""The digest is sent once, on Monday at seven, even after a week without answers."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from feedback_app.jobs import digest
from feedback_app.store import reading_queue
from tests.support.office import Office
from tests.support.team import answered

# 07:00 in Berlin on the Monday after the office's week.
SEVEN = datetime(2026, 11, 30, 6, tzinfo=UTC)


@pytest.fixture
def mailed(office: Office) -> Office:
    """An office whose two leads get digests."""
    to = {"digest_to": ("one@example.org", "two@example.org")}
    changed = office.program.settings.model_copy(update=to)
    office.program = replace(office.program, settings=changed)
    return office


def digests(office: Office) -> list[str]:
    return [row["recipient"] for row in office.rows("outbox") if row["kind"] == "digest"]


def test_the_digest_of_last_week_is_written_once_on_monday_at_seven(mailed: Office) -> None:
    answered(mailed, "0001", 1, 2, comment="SECRET")
    answered(mailed, "0002", 5, 5)
    assert digest.write_if_due(mailed.program, SEVEN - timedelta(seconds=1)) == 0
    assert digest.write_if_due(mailed.program, SEVEN) == 2
    for later in (timedelta(minutes=1), timedelta(days=6)):
        assert digest.write_if_due(mailed.program, SEVEN + later) == 0
    assert sorted(digests(mailed)) == ["one@example.org", "two@example.org"]
    mail = next(mail for mail in mailed.mails() if mail["To"] == "one@example.org")
    assert mail["Subject"] == "Weekly review 2026-W48: 2 answers, 1 low"
    text = mail.get_content()
    assert "CES 3.0, 2 answers (1: 1, 2: 0, 3: 0, 4: 0, 5: 1)" in text
    assert "Response rate: 2 of 2 surveyed customers answered" in text
    assert "Unread answers: 2" in text
    assert "http://survey.example/review/2026-W48" in text
    for secret in ("SECRET", "contact@customer.example", "A customer for tests"):
        assert secret not in text


def test_a_digest_compares_the_means_with_earlier_weeks(mailed: Office) -> None:
    answered(mailed, "0001", 1, 3)
    assert "week before" not in digest.as_text(mailed.program, "2026-W48", SEVEN)
    mailed.wait(weeks=1)
    answered(mailed, "0002", 5, 5)
    text = digest.as_text(mailed.program, "2026-W49", mailed.now)
    assert "CES 5.0, 1 answer (1: 0, 2: 0, 3: 0, 4: 0, 5: 1)" in text
    assert "1.0 in the week before, 3.0 over 13 weeks" in text
    assert "3.0 in the week before, 4.0 over 13 weeks" in text


def test_a_worker_that_was_down_catches_up_within_the_week(mailed: Office) -> None:
    answered(mailed, "0001")
    assert digest.write_if_due(mailed.program, SEVEN + timedelta(days=3)) == 2


def test_seven_is_in_the_teams_time_zone_in_summer_too(mailed: Office) -> None:
    mailed.now = datetime(2027, 7, 7, 12, tzinfo=UTC)
    answered(mailed, "0001")
    summer = datetime(2027, 7, 12, 5, tzinfo=UTC)
    assert digest.write_if_due(mailed.program, summer - timedelta(minutes=1)) == 0
    assert digest.write_if_due(mailed.program, summer) == 2


def test_a_digest_says_that_nobody_answered(mailed: Office) -> None:
    mailed.invite("0001")
    assert digest.write_if_due(mailed.program, SEVEN) == 2
    text = digest.as_text(mailed.program, "2026-W48", SEVEN)
    assert text.startswith("Weekly review 2026-W48: 0 answers, 0 low")
    assert "Nobody answered a survey this week." in text
    assert "0 of 1 surveyed customers answered" in text
    assert "No closed case arrived" not in text


def test_a_digest_says_that_no_closed_case_arrived(mailed: Office) -> None:
    assert digest.write_if_due(mailed.program, SEVEN) == 2
    assert digest.write_if_due(mailed.program, SEVEN + timedelta(minutes=1)) == 0
    assert len(digests(mailed)) == 2
    text = digest.as_text(mailed.program, "2026-W48", SEVEN)
    assert "No closed case arrived for this week." in text
    assert "check the webhook or import" in text


def test_a_digest_counts_unread_answers_of_old_weeks(mailed: Office) -> None:
    one = answered(mailed, "0001")
    much_later = SEVEN + timedelta(weeks=4)
    assert digest.write_if_due(mailed.program, much_later) == 2
    assert "Unread answers: 1" in digest.as_text(mailed.program, "2026-W52", much_later)
    with mailed.program.database.write() as tx:
        reading_queue.mark_read(tx, one, 1, mailed.now)
    assert "Unread answers: 0" in digest.as_text(mailed.program, "2026-W53", much_later)


def test_a_digest_counts_overdue_follow_ups(mailed: Office) -> None:
    one = answered(mailed, "0001", 1, 1, contact_welcome=True)
    with mailed.program.database.write() as tx:
        reading_queue.mark_read(tx, one, 1, mailed.now)
    assert digest.write_if_due(mailed.program, SEVEN + timedelta(weeks=4)) == 2
    assert "Follow-ups overdue: 1" in digest.as_text(
        mailed.program, "2026-W51", SEVEN + timedelta(weeks=4)
    )


def test_no_recipient_is_not_an_error(office: Office) -> None:
    answered(office, "0001")
    assert digest.write_if_due(office.program, SEVEN) == 0
    assert office.rows("digests") == []


def test_the_command_sends_the_digest_again(mailed: Office) -> None:
    assert digest.write(mailed.program, "2026-W47", mailed.now, only_once=False) == 2
    assert digest.write(mailed.program, "2026-W47", mailed.now, only_once=False) == 2
    assert len(digests(mailed)) == 4


def test_a_digest_of_the_current_week_does_not_replace_mondays(mailed: Office) -> None:
    answered(mailed, "0001")
    assert digest.write(mailed.program, "2026-W48", mailed.now, only_once=False) == 2
    assert digest.write_if_due(mailed.program, SEVEN) == 2
    assert digest.write_if_due(mailed.program, SEVEN) == 0


def test_a_written_digest_is_not_written_again(
    mailed: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    answered(mailed, "0001")
    assert digest.write_if_due(mailed.program, SEVEN) == 2
    monkeypatch.delattr(digest, "write")
    assert digest.write_if_due(mailed.program, SEVEN + timedelta(minutes=1)) == 0
