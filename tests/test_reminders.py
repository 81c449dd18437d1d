"""One reminder for customers who did not answer, and for nobody else."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from email import message_from_string
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any

import pytest

from feedback_app.commands.contacts import bounce, opt_out
from feedback_app.commands.serving import worker_command
from feedback_app.mail.sender import ReadyMessage
from feedback_app.records import Answer, Reopening
from feedback_app.reports.markdown_export import week_as_markdown
from feedback_app.reports.weeks import review_week
from feedback_app.store import annulments, answers
from feedback_app.survey.renewals import renew
from support_facts import FACTS_FILE
from tests.support.closure_parts import parts
from tests.support.office import NOW, Customer, Office, a_case

ADDRESS = "contact@customer.example"
NUMBER = "00012345"
AFTER = timedelta(days=5)


class Collected:
    """A sender that keeps the emails; `before` runs before each of them is sent."""

    def __init__(self, before: Callable[[ReadyMessage], Any] = lambda message: None) -> None:
        self.mails: list[EmailMessage] = []
        self.before = before

    def send(self, message: ReadyMessage) -> None:
        self.before(message)
        self.mails.append(message_from_string(message.text, policy=default))

    def discard(self, message_id: str) -> None:
        pass

    def close(self) -> None:
        pass

    @property
    def subjects(self) -> list[str]:
        return [mail["Subject"] for mail in self.mails]


def an_answer(invitation_id: str, moment: datetime) -> Answer:
    return Answer(
        invitation_id=invitation_id,
        revision=1,
        ease=4,
        satisfaction=5,
        comment="",
        contact_welcome=False,
        wording_version=1,
        language="en",
        answered_at=moment,
        answered_week="2026-W48",
    )


@pytest.fixture
def reminding(office: Office) -> Office:
    return office.ruled(reminder_after_days=AFTER.days)


def later(office: Office, **time: float) -> list[str]:
    """Return the subjects of what is sent after the time for the reminder and some more."""
    office.now = NOW + AFTER + timedelta(**time)
    collected = Collected()
    office.deliver(collected)
    return collected.subjects


def test_a_customer_who_did_not_answer_gets_one_reminder(reminding: Office) -> None:
    invitation_id = reminding.invite()
    assert later(reminding, seconds=-1) == []
    assert later(reminding) == [f"Reminder: how did we do on case {NUMBER}?"]
    assert reminding.invitation(invitation_id).reminded_at == NOW + AFTER
    for days in range(1, 20):
        assert later(reminding, days=days) == []


def test_by_default_nobody_is_reminded(office: Office) -> None:
    office.invite()
    assert later(office, days=1) == []
    assert len(office.rows("outbox")) == 1


def _answers(office: Office, invitation_id: str) -> None:
    assert Customer(office, invitation_id).send(ease="4", satisfaction="5").status_code == 303


def _answer_is_annulled(office: Office, invitation_id: str) -> None:
    _answers(office, invitation_id)
    with office.program.database.write() as tx:
        annulments.annul(tx, invitation_id, office.now)


def _opts_out(office: Office, invitation_id: str) -> None:
    assert office.run(opt_out, ADDRESS).exit_code == 0


def _bounces(office: Office, invitation_id: str) -> None:
    assert office.run(bounce, NUMBER).exit_code == 0


def _case_is_reopened(office: Office, invitation_id: str) -> None:
    with office.program.database.write() as tx:
        office.program.case_intake.reopen(tx, Reopening("tests", NUMBER, office.now), office.now)


def _is_erased(office: Office, invitation_id: str) -> None:
    office.erase(email=ADDRESS)


def _link_expires(office: Office, invitation_id: str) -> None:
    with office.program.database.write() as tx:
        tx.run("UPDATE invitations SET expires_at = :now", now=NOW + AFTER)


@pytest.mark.parametrize(
    "event",
    [
        _answers,
        _answer_is_annulled,
        _opts_out,
        _bounces,
        _case_is_reopened,
        _is_erased,
        _link_expires,
    ],
    ids=lambda event: event.__name__,
)
def test_nobody_is_reminded_after(reminding: Office, event: Callable[[Office, str], None]) -> None:
    invitation_id = reminding.invite()
    reminding.now = NOW + AFTER - timedelta(minutes=1)
    event(reminding, invitation_id)
    assert later(reminding) == []
    assert reminding.invitation(invitation_id).reminded_at is None
    unsent = [row for row in reminding.rows("outbox") if not (row["sent_at"] or row["refused_at"])]
    assert unsent == [], "nothing is left waiting"
    assert reminding.program.database.ask("SELECT 1 FROM outbox WHERE attempts > 0") == []


def test_a_case_that_is_closed_again_gets_no_reminder_of_its_earlier_survey(
    reminding: Office,
) -> None:
    reminding.invite()
    reminding.now = NOW + timedelta(days=3)
    reminding.receive(a_case(closed_at=reminding.now))
    reminding.deliver()
    assert later(reminding) == []
    assert len(later(reminding, days=3)) == 1


def test_no_reminder_is_sent_once_reminders_are_switched_off(reminding: Office) -> None:
    reminding.invite()
    assert later(reminding.ruled(reminder_after_days=0)) == []
    assert later(reminding) == []


def test_an_answer_a_second_before_prevents_the_reminder_even_if_it_was_claimed(
    reminding: Office,
) -> None:
    ids = {
        f"c{at}@b.example": reminding.invite(f"case-{at}", contact_email=f"c{at}@b.example")
        for at in range(3)
    }
    reminding.now = NOW + AFTER

    def others_answer(message: ReadyMessage) -> None:
        for address, invitation_id in ids.items():
            if address != message.recipient:
                _answers_at_once(reminding, invitation_id)

    collected = Collected(others_answer)
    reminding.deliver(collected)
    assert len(collected.mails) == 1, "the others answered while the first one was sent"
    reminded = [reminding.invitation(one).reminded_at for one in ids.values()]
    assert sum(moment is not None for moment in reminded) == 1


def _answers_at_once(office: Office, invitation_id: str) -> None:
    customer = Customer(office, invitation_id)
    assert customer.send(ease="4", satisfaction="5", patient=False).status_code == 303


def test_an_answer_that_is_being_stored_prevents_the_reminder(reminding: Office) -> None:
    invitation_id = reminding.invite()
    reminding.now = NOW + AFTER
    collected = Collected()
    with ThreadPoolExecutor() as pool:
        with reminding.program.database.write() as tx:
            answers.lock(tx, invitation_id)
            answers.append(tx, an_answer(invitation_id, reminding.now))
            delivering = pool.submit(reminding.deliver, collected)
            time.sleep(0.3)
        delivering.result()
    assert collected.mails == []


def test_several_workers_send_one_reminder(reminding: Office) -> None:
    for at in range(10):
        reminding.invite(f"case-{at}", contact_email=f"c{at}@b.example")
    reminding.now = NOW + AFTER
    collected = Collected()
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: reminding.deliver(collected), range(4)))
    recipients = [str(mail["To"]) for mail in collected.mails]
    assert sorted(recipients) == [f"c{at}@b.example" for at in range(10)]


def test_a_survey_that_is_sent_again_is_reminded_of_once(reminding: Office) -> None:
    invitation_id = reminding.invite()
    reminding.now = NOW + timedelta(days=2)
    with reminding.program.database.write() as tx:
        renew(reminding.program, tx, invitation_id, "lead", reminding.now)
    reminding.deliver()
    assert later(reminding) == []
    assert len(later(reminding, days=2)) == 1
    with reminding.program.database.write() as tx:
        renew(reminding.program, tx, invitation_id, "lead", reminding.now)
    assert len(later(reminding, days=3)) == 1, "only the survey itself"
    assert later(reminding, days=12) == []


def test_a_reminder_that_bounces_does_not_mark_the_survey_as_bounced(reminding: Office) -> None:
    invitation_id = reminding.invite()
    collected = Collected()
    reminding.now = NOW + AFTER
    reminding.deliver(collected)
    message_id = str(collected.mails[0]["Message-ID"])
    report = f"""Content-Type: multipart/report; boundary=x; report-type=delivery-status

--x
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example

Final-Recipient: rfc822; {ADDRESS}
Action: failed
Status: 5.1.1

--x
Content-Type: text/rfc822-headers

Message-ID: {message_id}

--x--
"""
    result = reminding.run(bounce, "--report", "-", stdin=report.encode())
    assert "only the reminder bounced" in result.output
    assert reminding.invitation(invitation_id).bounced_at is None


@pytest.mark.parametrize(
    ("language", "phrases"),
    [
        (
            "en",
            (
                "This is the only reminder we send.",
                "The links work until Tuesday, 8 December 2026.",
                "Stop these surveys",
            ),
        ),
        (
            "de",
            (
                "Dies ist die einzige Erinnerung",
                "Die Links sind gültig bis Dienstag, 8. Dezember 2026.",
                "Umfragen abbestellen",
            ),
        ),
    ],
)
def test_the_reminder_says_it_is_the_only_one_and_how_to_opt_out(
    reminding: Office, language: str, phrases: tuple[str, ...]
) -> None:
    invitation_id = reminding.invite(language=language)
    collected = Collected()
    reminding.now = NOW + AFTER
    reminding.deliver(collected)
    (mail,) = collected.mails
    for text in parts(mail):
        words = " ".join(text.split())
        assert all(phrase in words for phrase in phrases)
        assert reminding.program.survey_link(invitation_id).split("/f/")[1][:20] in words
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["X-Auto-Response-Suppress"] == "OOF, AutoReply"
    assert mail["Content-Language"] == language


def test_the_response_rate_counts_answers_after_the_first_email_and_after_the_reminder(
    reminding: Office,
) -> None:
    ids = [reminding.invite(f"case-{at}", contact_email=f"c{at}@b.example") for at in range(4)]
    _answers_at_once(reminding, ids[0])
    assert len(later(reminding)) == 3
    _answers_at_once(reminding, ids[1])
    program = reminding.program
    review = review_week(program.database, "2026-W48", program.facts, reminding.now)
    cohort = review.cohort
    assert (cohort.reached, cohort.answered, cohort.reminded) == (4, 2, 3)
    assert cohort.answered_after_reminder == 1
    text = " ".join(week_as_markdown(review, program.facts).split())
    assert "1 answered after the first email and 1 after the reminder (sent to 3)." in text


def test_the_worker_sends_the_survey_and_the_reminder_when_each_is_due(
    office: Office, tmp_path: Path
) -> None:
    facts = FACTS_FILE.read_text(encoding="utf-8")
    for rule, value in (("survey_delay_hours", 6), ("reminder_after_days", 5)):
        assert f"\n{rule} = 0\n" in facts
        facts = facts.replace(f"\n{rule} = 0\n", f"\n{rule} = {value}\n")
    path = tmp_path / "support.toml"
    path.write_text(facts, encoding="utf-8")
    office.ruled(survey_delay_hours=6).receive(a_case())
    # Six working hours after 13:00 on Tuesday it is 11:00 on Wednesday.
    survey = NOW + timedelta(hours=22)
    second = timedelta(seconds=1)
    for moment, number in (
        (survey - second, 0),
        (survey, 1),
        (survey + AFTER - second, 0),
        (survey + AFTER, 1),
        (survey + 3 * AFTER, 0),
    ):
        office.now = moment
        done = office.run(worker_command, "--once", FEEDBACK_FACTS=str(path))
        assert done.exit_code == 0
        assert f"{number} messages sent" in done.stdout.splitlines()
    assert len(list(office.mailbox.glob("*.eml"))) == 2
