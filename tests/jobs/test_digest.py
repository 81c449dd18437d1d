"""The digest is sent once, on Monday at seven, even after a week without answers."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from email.message import EmailMessage

import pytest
from pydantic import SecretStr

from feedback_app.base.weeks import week_bounds, weeks_back
from feedback_app.jobs import digest
from feedback_app.mail.routing import sender_for
from feedback_app.mail.smtp import SMTPSender
from feedback_app.records import Answer
from feedback_app.store import annulments, answers, decisions, reading_queue, silences
from tests.support.chat import Chat
from tests.support.office import Office, a_case
from tests.support.smtp_sink import SmtpSink
from tests.support.team import Somebody, answered, words

WEEK = "2026-W48"
# 07:00 in Berlin on the Monday after the office's week.
SEVEN = datetime(2026, 11, 30, 6, tzinfo=UTC)


def sent_to(office: Office, *receivers: str) -> Office:
    """Send the digests of this office to these receivers."""
    to = {"digest_to": tuple(SecretStr(one) for one in receivers)}
    changed = office.program.settings.model_copy(update=to)
    office.program = replace(office.program, settings=changed)
    return office


@pytest.fixture
def mailed(office: Office) -> Office:
    """An office whose two leads get digests."""
    return sent_to(office, "one@example.org", "two@example.org")


def digests(office: Office) -> list[str]:
    return [row["recipient"] for row in office.rows("outbox") if row["kind"] == "digest"]


def plain(mail: EmailMessage) -> str:
    return mail.get_body(("plain",)).get_content().replace("\r\n", "\n")


def text_of(office: Office, week: str = WEEK, language: str = "en") -> str:
    """Return the digest on one line, with plain spaces."""
    text = digest.as_text(office.program, week, office.now, language)
    return " ".join(text.replace("\u00a0", " ").split())


def test_the_digest_of_last_week_is_written_once_on_monday_at_seven(mailed: Office) -> None:
    answered(mailed, "0001", 1, 2, comment="SECRET")
    answered(mailed, "0002", 5, 5)
    assert digest.write_if_due(mailed.program, SEVEN - timedelta(seconds=1)) == 0
    assert digest.write_if_due(mailed.program, SEVEN) == 2
    for later in (timedelta(minutes=1), timedelta(days=6)):
        assert digest.write_if_due(mailed.program, SEVEN + later) == 0
    assert sorted(digests(mailed)) == ["one@example.org", "two@example.org"]
    mail = next(mail for mail in mailed.mails() if mail["To"] == "one@example.org")
    assert mail["Subject"] == "Weekly review 23–29 Nov 2026: 2 answers"
    text = plain(mail)
    assert "2 answers, 1 with a comment." in text
    assert "CES: 3.0 (mean of 2 answers)" in text
    assert "Response rate: 2 of 2 (surveyed customers)" in text
    assert "Unread answers: 2\nhttp://survey.example/review/unread" in text
    assert "The week\nhttp://survey.example/review/2026-W48" in text
    for secret in ("SECRET", "contact@customer.example", "A customer for tests", "0001"):
        assert secret not in mail.as_string()


def _fill(office: Office, week: str, n: int, best: int) -> None:
    """Add `n` read answers to cases of a week, of which `best` are good, and measure them."""
    start, _ = week_bounds(week, office.program.zone)
    with office.program.database.write() as tx:
        for number in range(n):
            name, at = f"{week}-{number}", start + timedelta(hours=20)
            tx.run(
                """INSERT INTO cases (id, source, case_id, closure_key, case_number, closed_at,
                       first_response_seconds, duration_clock, closed_week, received_at)
                   VALUES (:id, 'crm', :id, '1', :id, :at, :seconds, 'calendar', :week, :at)""",
                id=name,
                at=at,
                seconds=60 if number % 10 else 10**5,
                week=week,
            )
            tx.run(
                """INSERT INTO invitations (id, case_ref, created_at, expires_at, handed_over_at)
                   VALUES (:id, :id, :at, :expires, :at)""",
                id=name,
                at=at,
                expires=at + timedelta(days=3),
            )
            if number % 3:
                continue
            score = 5 if number // 3 < best else 1
            given = Answer(
                invitation_id=name,
                revision=1,
                ease=score,
                satisfaction=5,
                comment="",
                contact_welcome=False,
                wording_version=1,
                language="en",
                answered_at=at,
                answered_week=week,
            )
            answers.append(tx, given)
            reading_queue.mark_read(tx, name, 1, at + timedelta(days=1))


def test_the_digest_has_the_figures_of_the_week_page(team_office: Office) -> None:
    office = sent_to(team_office.aiming("ces", target_percent=75), "lead@example.org")
    for week in weeks_back("2026-W47", 12):
        _fill(office, week, 45, best=14)
    _fill(office, WEEK, 120, best=20)
    office.now = SEVEN
    rita = Somebody(office, "reader", "rita")
    assert digest.write_if_due(office.program, office.now) == 1
    for language in ("en", "de"):
        text = text_of(office, language=language)
        page = rita.get(f"/review/{WEEK}?lang={language}")
        assert words(page)
        tiles = dict(_tiles(page.text))
        assert len(tiles) == 5
        for name, (value, verdict) in tiles.items():
            assert f"{name}: {value} (" in text, (name, value, text)
            assert verdict in text, (verdict, text)
    text = text_of(office)
    assert "CES: 50% (20 of 40 chose 4 or 5, mean 3.0), target 75%" in text
    assert "12 weeks before: 93%. Down 43 points this week compared with the 12 weeks" in text
    assert "CSS: 100% (40 of 40 chose 4 or 5, mean 5.0) 12 weeks before: 100%. No clear" in text
    assert "Response rate: 33% (40 of 120 surveyed customers) 12 weeks before: 33%. No" in text
    assert "First response in target: 90% (108 of 120 within 1 h) 12 weeks before: 89%." in text
    assert "Read in time: 100% (40 of 40 within 7 days) 12 weeks before: 100%." in text


def _tiles(page: str) -> Iterator[tuple[str, tuple[str, str]]]:
    """Yield name, value and verdict of each figure at the head of a page."""
    clean = lambda text: " ".join(re.sub(r"<[^>]+>|\?.*", " ", text).split())  # noqa: E731
    cards = (
        r'<h3>([^<]+) <span class="note">.*?<strong>([^<]+)</strong>.*?(<p class="verdict.*?</p>)'
    )
    for name, value, verdict in re.findall(cards, page, re.DOTALL):
        yield clean(name), (clean(value), clean(verdict).replace(" .", "."))
    rows = re.findall(r'<th scope="row">([^<]+)</th>\s*<td>[^<]*</td>\s*<td>([^<]+)</td>', page)
    values = {clean(name): clean(value) for name, value in rows if name not in ("CES", "CSS")}
    tiles = r'<li class="tile[^>]*>\s*<h3>([^<]+)<.*?tile__value">(?:<a[^>]*>)?([^<]+)<'
    for name, value in re.findall(tiles, page, re.DOTALL):
        if clean(name) in values:
            assert values[clean(name)] == clean(value)
            yield clean(name), (clean(value), "")


def test_what_can_still_rise_is_not_compared(office: Office) -> None:
    for week in weeks_back("2026-W47", 12):
        _fill(office, week, 45, best=14)
    answered(office, "0001")
    office.invite("0002")
    office.now = SEVEN
    text = text_of(office)
    assert "Response rate: 1 of 2 (surveyed customers, open until 8 Dec 2026)" in text
    assert "12 weeks before: 33%. This can still rise, so it is not compared yet." in text
    assert "Read in time: 0 of 1 (1 more still in time)" in text


def test_a_worker_that_was_down_catches_up_within_the_week(mailed: Office) -> None:
    answered(mailed, "0001")
    assert digest.write_if_due(mailed.program, SEVEN + timedelta(days=3)) == 2


def test_seven_is_in_the_teams_time_zone_in_summer_too(mailed: Office) -> None:
    mailed.now = datetime(2027, 7, 7, 12, tzinfo=UTC)
    answered(mailed, "0001")
    summer = datetime(2027, 7, 12, 5, tzinfo=UTC)
    assert digest.write_if_due(mailed.program, summer - timedelta(minutes=1)) == 0
    assert digest.write_if_due(mailed.program, summer) == 2


def test_a_digest_says_that_nobody_answered_although_surveys_were_sent(mailed: Office) -> None:
    mailed.invite("0001")
    assert digest.write_if_due(mailed.program, SEVEN) == 2
    text = text_of(mailed)
    assert text.startswith("Weekly review 23–29 Nov 2026: 0 answers No answers this week.")
    assert (
        "Surveys sent to their customers: 1. Cases are arriving and emails are being sent." in text
    )
    assert "CES: – " in text
    assert "Response rate: 0 of 1 (surveyed customers" in text
    german = text_of(mailed, language="de")
    assert "Keine Antworten in dieser Woche." in german
    assert "Geschlossene Fälle: 1. Umfragen an deren Kunden: 1." in german


def test_a_digest_says_that_no_closed_case_arrived(mailed: Office) -> None:
    assert digest.write_if_due(mailed.program, SEVEN) == 2
    assert digest.write_if_due(mailed.program, SEVEN + timedelta(minutes=1)) == 0
    assert len(digests(mailed)) == 2
    text = text_of(mailed)
    assert "No closed case arrived for this week." in text
    assert "check the webhook or import" in text


def test_a_digest_says_that_cases_arrived_but_no_survey_was_sent(mailed: Office) -> None:
    mailed.receive(a_case("0001"))
    text = text_of(mailed)
    assert "Cases closed: 1. No survey was sent to their customers: check the worker" in text


def test_a_digest_names_silent_case_systems(mailed: Office) -> None:
    with mailed.program.database.write() as tx:
        silences.add(tx, "crm @here", mailed.now - timedelta(days=9), mailed.now)
    text = text_of(mailed)
    assert "Nothing has arrived from crm ·here for longer than usual." in text


def test_a_digest_counts_annulled_and_older_answers_separately(sqlite_office: Office) -> None:
    one = answered(sqlite_office, "0001")
    with sqlite_office.program.database.write() as tx:
        tx.run("UPDATE answers SET wording_version = 2")
        tx.run("UPDATE week_scores SET wording_version = 2")
    text = text_of(sqlite_office)
    assert "1 answer to an older wording of the questions is counted separately." in text
    assert "CES: – " in text
    with sqlite_office.program.database.write() as tx:
        assert annulments.annul(tx, one, sqlite_office.now)
        reading_queue.remove(tx, one)
    text = text_of(sqlite_office)
    assert "No answers this week." in text
    assert "1 annulled answer is not counted." in text


def test_a_digest_counts_every_unread_answer(sqlite_office: Office) -> None:
    _fill(sqlite_office, WEEK, 600, best=3)
    with sqlite_office.program.database.write() as tx:
        tx.run("UPDATE open_answers SET unread_revision = 1")
    expected = sqlite_office.program.database.count("SELECT count(*) FROM open_answers")
    assert expected == 200
    assert "Unread answers: 200 http" in text_of(sqlite_office)


def test_a_digest_counts_unread_answers_of_old_weeks(mailed: Office) -> None:
    one = answered(mailed, "0001")
    mailed.now = SEVEN + timedelta(weeks=4)
    assert digest.write_if_due(mailed.program, mailed.now) == 2
    assert "Unread answers: 1 " in text_of(mailed, "2026-W52")
    with mailed.program.database.write() as tx:
        reading_queue.mark_read(tx, one, 1, mailed.now)
    assert "Unread answers: 0 " in text_of(mailed, "2026-W53")


def test_a_digest_counts_what_is_due(mailed: Office) -> None:
    answered(mailed, "0001", 1, 1, contact_welcome=True)
    with mailed.program.database.write() as tx:
        for due_on in (None, date(2026, 11, 29), date(2026, 12, 6), date(2026, 12, 7)):
            decisions.add(tx, WEEK, None, "SECRET", mailed.now, "OWNER", due_on)
    mailed.now = SEVEN
    assert digest.write_if_due(mailed.program, mailed.now) == 2
    text = text_of(mailed)
    assert "Follow-ups due this week: 1 (1 overdue) http://survey.example/review/follow-ups" in text
    assert "Decisions due this week: 2 (1 overdue) http://survey.example/review/decisions" in text
    assert "The meeting http://survey.example/review/2026-W48/meeting" in text
    assert "SECRET" not in text and "OWNER" not in text


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
    assert digest.write(mailed.program, WEEK, mailed.now, only_once=False) == 2
    assert digest.write_if_due(mailed.program, SEVEN) == 2
    assert digest.write_if_due(mailed.program, SEVEN) == 0


def test_a_written_digest_is_not_written_again(
    mailed: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    answered(mailed, "0001")
    assert digest.write_if_due(mailed.program, SEVEN) == 2
    monkeypatch.delattr(digest, "write")
    assert digest.write_if_due(mailed.program, SEVEN + timedelta(minutes=1)) == 0


def test_each_receiver_reads_its_language_as_text_html_or_in_a_chat(
    sqlite_office: Office, smtp_sink: SmtpSink, chat: Chat
) -> None:
    office = sent_to(
        sqlite_office, "one@example.org", "de:zwei@example.org", f"de:{chat.url}", chat.other
    )
    answered(office, "0001", 5, 5, comment="SECRET")
    office.now = SEVEN
    assert digest.write_if_due(office.program, office.now) == 4
    sender = replace(sender_for(office.program.settings), email=SMTPSender(smtp_sink.url))
    office.deliver(sender)
    found = {mail["To"]: mail for mail in smtp_sink.messages if "example.org" in mail["To"]}
    english, german = found["one@example.org"], found["zwei@example.org"]
    assert (english["Content-Language"], german["Content-Language"]) == ("en", "de")
    assert "1 von 1 (befragten Kunden" in plain(german).replace("\u00a0", " ")
    for mail in (english, german):
        page = mail.get_body(("html",)).get_content()
        assert re.search(r'href="http://survey.example/review/unread">Un', page)
        for line in plain(mail).splitlines():
            if line and not line.startswith("http"):
                assert line.strip().split()[0].rstrip(":") in page
        assert "SECRET" not in page + plain(mail)
    assert {one["title"] for one in chat.received} == {
        "Weekly review 23–29 Nov 2026: 1 answer",
        "Wöchentliche Auswertung 23.–29. Nov. 2026: 1 Antwort",
    }
    for one in chat.received:
        assert "http://survey.example/review/follow-ups" in one["message"]
        assert "SECRET" not in one["message"]
