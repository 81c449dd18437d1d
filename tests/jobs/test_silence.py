"""Admins hear once that a case system is silent, and the pages show it until cases come again."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from pydantic import SecretStr

from feedback_app.jobs import silence
from feedback_app.jobs.retention import end_lifetimes
from feedback_app.mail.routing import sender_for
from feedback_app.mail.smtp import SMTPSender
from feedback_app.store import silences
from tests.support.chat import Chat
from tests.support.office import Office, a_case
from tests.support.smtp_sink import SmtpSink
from tests.support.team import Somebody, words

# A Monday, 10:00 in Berlin.
FIRST = datetime(2026, 9, 14, 8, tzinfo=UTC)
WEEK = "2026-W48"


def arrive(office: Office, source: str, *days: float) -> None:
    """Receive a case of this source so many days after `FIRST`."""
    before = office.now
    for day in days:
        office.now = FIRST + timedelta(days=day)
        number = f"{source}-{day}"
        # Without an address, no email is queued.
        office.receive(a_case(number, source=source, closed_at=office.now, contact_email=None))
    office.now = before


def workdays(weeks: int) -> list[int]:
    return [7 * week + day for week in range(weeks) for day in range(5)]


@pytest.fixture
def silent(team_office: Office) -> Office:
    """An office whose system "crm" sent a case each working day, the last on 18 November."""
    arrive(team_office, "crm", *workdays(9), 63, 64, 65)
    settings = team_office.program.settings.model_copy(
        update={
            "alert_urls": tuple(
                SecretStr(one) for one in ("de:leads@example.org", "Blue=blue@example.org")
            )
        }
    )
    team_office.program = replace(team_office.program, settings=settings)
    return team_office


def recipients(office: Office) -> list[str]:
    return sorted(row["recipient"] for row in office.rows("outbox") if row["kind"] == "silence")


def test_a_silence_is_announced_once_to_admins_and_leads(
    silent: Office, smtp_sink: SmtpSink
) -> None:
    office = silent
    Somebody(office, "admin", "ada@example.org")
    Somebody(office, "lead", "lena@example.org")
    for hours in (0, 24, 44):
        office.now = datetime(2026, 11, 18, 9, tzinfo=UTC) + timedelta(hours=hours)
        assert silence.check(office.program, office.now) == 0
    office.now = datetime(2026, 11, 20, 14, tzinfo=UTC)
    assert silence.check(office.program, office.now) == 1
    for days in range(9):
        assert silence.check(office.program, office.now + timedelta(days=days)) == 0
    assert recipients(office) == ["ada@example.org", "leads@example.org"]
    office.deliver(SMTPSender(smtp_sink.url))
    english, german = sorted(smtp_sink.messages, key=lambda mail: mail["To"])
    assert english["Subject"] == "No closed cases from crm"
    text = " ".join(english.get_content().split())
    since = "18 November 2026, 09:00 CET"
    assert f"No closed case has arrived from crm since {since}." in text
    assert f"{office.program.settings.public_url}/review/deliveries" in text
    assert german["Subject"] == "Keine geschlossenen Fälle von crm"


def test_the_pages_show_a_silence_until_cases_come_again(silent: Office) -> None:
    office = silent
    silence.check(office.program, office.now)
    rita = Somebody(office, "reader", "rita")
    sentence = "No closed case has arrived from crm since 18 Nov 2026"
    for path in (f"/review/{WEEK}", "/review/deliveries"):
        assert sentence in words(rita.get(path))
    assert "unusually quiet" not in words(rita.get("/review/deliveries"))
    arrive(office, "csv", 70)
    silence.check(office.program, office.now)
    assert sentence in words(rita.get(f"/review/{WEEK}"))
    arrive(office, "crm", 70.5)
    silence.check(office.program, office.now)
    for path in (f"/review/{WEEK}", "/review/deliveries"):
        assert sentence not in words(rita.get(path))
    assert "No case system is unusually quiet." in words(rita.get("/review/deliveries"))
    assert len(recipients(office)) == 1
    # The failure is not part of the rhythm, so the next one is found as early as the first.
    assert silence.check(office.program, datetime(2026, 11, 26, 15, tzinfo=UTC)) == 1


def test_a_lead_can_mark_a_silence_as_expected(silent: Office) -> None:
    office = silent
    silence.check(office.program, office.now)
    rita, lena = Somebody(office, "reader", "rita"), Somebody(office, "lead", "lena")
    assert "This is expected" not in rita.get("/review/deliveries").text
    assert rita.post("/review/deliveries/expected", source="crm").status_code == 403
    assert silences.current(office.program.database)
    assert "This is expected" in lena.get("/review/deliveries").text
    for _ in range(2):
        assert lena.post("/review/deliveries/expected", source="crm").status_code == 303
    assert "No closed case has arrived" not in lena.get("/review/deliveries").text
    (action,) = office.rows("lead_actions")
    assert (action["action"], action["subject"]) == ("silence expected", "crm")
    assert silence.check(office.program, office.now + timedelta(days=30)) == 0


def test_sources_of_files_and_of_the_api_are_watched_but_sample_data_is_not(
    team_office: Office,
) -> None:
    office = team_office
    for source in ("csv", "api-desk", "sample"):
        arrive(office, source, *workdays(9))
    assert silence.check(office.program, office.now) == 2
    assert [one.source for one in silences.current(office.program.database)] == ["api-desk", "csv"]
    page = words(Somebody(office, "reader").get("/review/deliveries"))
    assert "csv 13 Nov 2026, 09:00 CET" in page


def test_holidays_raise_no_alarm(team_office: Office) -> None:
    facts = team_office.program.facts
    team = facts.organisation.model_copy(update={"holidays": "DE-BE"})
    arrive(team_office, "crm", *workdays(14), 98, 99, 100)
    # 16 working hours, twice the usual pause, after Wednesday, 23 December, if the 25th is free.
    christmas = datetime(2026, 12, 28, 8, tzinfo=UTC)
    assert silence.check(team_office.program, christmas) == 1
    with team_office.program.database.write() as tx:
        tx.run("DELETE FROM silences")
    program = replace(team_office.program, facts=facts.model_copy(update={"organisation": team}))
    assert silence.check(program, christmas) == 0


def test_a_hostile_source_cannot_act_in_a_chat(silent: Office, chat: Chat) -> None:
    office = silent
    settings = office.program.settings.model_copy(update={"alert_urls": (SecretStr(chat.url),)})
    office.program = replace(office.program, settings=settings)
    name = "<!channel> @here [x](https://x.example) *b* evil.example/pay"
    arrive(office, name, *workdays(9))
    assert silence.check(office.program, office.now) == 2
    office.deliver(sender_for(office.program.settings))
    (received,) = chat.received
    spoken = received["title"] + received["message"].partition("http")[0]
    for sign in ("<", "@", "[", "*", "://", "evil.example"):
        assert sign not in spoken


def test_a_message_that_is_late_says_that_cases_arrive_again(silent: Office) -> None:
    office = silent
    silence.check(office.program, office.now)
    arrive(office, "crm", 70)
    silence.check(office.program, office.now)
    (mail,) = office.mails()
    assert mail.get_content().startswith("Von crm gehen wieder geschlossene Fälle ein.")


def test_silences_end_after_the_weeks_they_are_compared_with(sqlite_office: Office) -> None:
    with sqlite_office.program.database.write() as tx:
        for days in (181, 183):
            moment = sqlite_office.now - timedelta(days=days)
            silences.add(tx, "crm", moment, moment)
    end_lifetimes(sqlite_office.program, sqlite_office.now)
    assert len(sqlite_office.rows("silences")) == 1
