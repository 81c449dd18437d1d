"""`feedback outbox`: what waits and why, and sending again or withdrawing what failed."""

import pytest

from feedback_app.commands.outbox import outbox_group
from feedback_app.mail.smtp import SMTPSender
from feedback_app.reports.weeks import review_week
from feedback_app.store import failed_emails, opt_outs, send_pauses
from tests.support.cohort_cases import became
from tests.support.office import Customer, Office, a_case
from tests.support.smtp_sink import SmtpSink
from tests.support.team import Somebody


@pytest.fixture
def failed(office: Office, smtp_sink: SmtpSink) -> Office:
    """An office with three failed emails, two of them to mailboxes that do not exist."""
    smtp_sink.replies_to = {
        "gone.example": "550 5.1.1 <somebody@gone.example> unknown",
        "full.example": "552 5.2.2 mailbox full",
    }
    for number, domain in enumerate(("gone.example", "gone.example", "full.example")):
        office.receive(a_case(f"000{number}", contact_email=f"somebody{number}@{domain}"))
        office.wait(minutes=1)
    assert office.deliver(SMTPSender(smtp_sink.url)) == 0
    smtp_sink.replies_to = {}
    return office


def run(office: Office, *words: str) -> str:
    done = office.run(outbox_group, *words)
    assert done.exit_code == 0, done.output
    return done.output


def actions(office: Office) -> list[tuple[str, str]]:
    return [(row["action"], row["subject"]) for row in office.rows("lead_actions")]


def test_failed_emails_are_listed_by_reason_with_their_cases_and_no_addresses(
    failed: Office,
) -> None:
    lines = run(failed, "list").splitlines()
    assert lines == [
        "No emails are waiting.",
        "Failed since 2026-11-24 13:03 CET: 2 emails (case 0000, case 0001): 550 5.1.1 <…> unknown",
        "Failed since 2026-11-24 13:03 CET: 1 email (case 0002): 552 5.2.2 mailbox full",
    ]
    assert "somebody2@full.example" in run(failed, "list", "--addresses")


def test_failed_emails_are_sent_again_by_reason_case_or_all_together(
    failed: Office, smtp_sink: SmtpSink
) -> None:
    assert "sends 1 email again" in run(failed, "retry", "--reason", "FULL", "--yes")
    assert failed.deliver(SMTPSender(smtp_sink.url)) == 1
    assert "sends 1 email again" in run(failed, "retry", "0001", "--yes")
    assert failed.deliver(SMTPSender(smtp_sink.url)) == 1
    assert "sends 1 email again" in run(failed, "retry", "--all", "--yes")
    assert failed.deliver(SMTPSender(smtp_sink.url)) == 1
    assert failed_emails.find(failed.program.database) == []
    assert all(row["bounced_at"] is None for row in failed.rows("invitations"))
    assert all(row["handed_over_at"] for row in failed.rows("invitations"))
    assert actions(failed) == [("emails retried", "1 email")] * 3


def test_nothing_is_sent_again_or_withdrawn_without_asking(failed: Office) -> None:
    before = failed.rows("outbox")
    for words in (("retry", "--all"), ("discard", "--all", "--because", "a mistake")):
        done = failed.run(outbox_group, *words)
        assert done.exit_code == 1
        assert "Run it in a terminal, or add --yes" in done.output
    assert "Name the cases" in failed.run(outbox_group, "retry").output
    assert failed.rows("outbox") == before
    assert actions(failed) == []


def test_outdated_emails_are_not_sent_again(failed: Office, smtp_sink: SmtpSink) -> None:
    invitations = {row["case_ref"]: row["id"] for row in failed.rows("invitations")}
    numbers = {row["case_number"]: row["id"] for row in failed.rows("cases")}
    customer = Customer(failed, invitations[numbers["0000"]])
    assert customer.send(ease="5", satisfaction="5").status_code == 303
    with failed.program.database.write() as tx:
        opt_outs.add(tx, "somebody1@gone.example", failed.now)
    printed = run(failed, "retry", "--all", "--yes")
    assert "1 email is out of date." in printed
    assert "sends 2 emails again" in printed
    failed.deliver(SMTPSender(smtp_sink.url))
    subjects = sorted(mail["Subject"] for mail in smtp_sink.messages)
    assert subjects == ["Case 0001 is closed", "Case 0002 is closed: how did we do?"]


def test_waiting_and_failed_emails_are_withdrawn_with_a_reason(
    failed: Office, smtp_sink: SmtpSink
) -> None:
    failed.receive(a_case("0003"))
    failed.receive(a_case("0004"))
    done = run(failed, "discard", "0003", "0000", "--because", "sent by hand", "--yes")
    assert done == "2 emails withdrawn.\n"
    assert failed.deliver(SMTPSender(smtp_sink.url)) == 1
    assert len(failed_emails.find(failed.program.database)) == 2
    assert actions(failed) == [("emails withdrawn", "2 emails: sent by hand")]
    assert (
        run(failed, "discard", "9999", "--because", "x", "--yes") == "There are no such emails.\n"
    )


def test_a_customer_whose_survey_was_withdrawn_before_it_was_sent_counts_as_not_asked(
    team_office: Office,
) -> None:
    office = team_office
    office.invite("1")
    asked = {name: office.receive(a_case(name)).invitation_id for name in ("2", "3")}
    run(office, "discard", "1", "2", "--because", "a test case", "--yes")
    database = office.program.database
    cohort = review_week(database, "2026-W48", office.program.facts, office.now).cohort
    assert (cohort.withheld, cohort.waiting, cohort.reached) == ((("withdrawn", 1),), 1, 1)
    assert became(database, office.now) == ["not_asked", "not_delivered", "reached"]
    admin = Somebody(office, "admin", "admin")
    assert "withdrawn before it was sent" in admin.get("/review/2026-W48/not-asked").text
    page = admin.get(f"/review/cases/{asked['2']}")
    assert "The customer was not asked (survey withdrawn before it was sent)" in page.text


def test_a_reminder_that_is_withdrawn_changes_nothing_for_a_customer_with_the_link(
    office: Office,
) -> None:
    office = office.ruled(reminder_after_days=5)
    invitation_id = office.invite("1")
    assert run(office, "discard", "1", "--because", "called them", "--yes") == (
        "1 email withdrawn.\n"
    )
    assert office.invitation(invitation_id).withheld_because is None


def test_a_pause_is_listed_and_ended_by_a_retry(office: Office, smtp_sink: SmtpSink) -> None:
    office.receive(a_case("1"))
    smtp_sink.reply_to_sender = "550 5.7.1 not allowed"
    office.deliver(SMTPSender(smtp_sink.url))
    assert (
        "No emails have been sent since 2026-11-24 13:00 CET: 550 5.7.1 not allowed. "
        "Next attempt at 2026-11-24 13:01 CET" in run(office, "list")
    )
    smtp_sink.reply_to_sender = "250 OK"
    with office.program.database.write() as tx:
        send_pauses.extend(tx, "slow.example", "451 slower", office.now)
    assert "Emails to slow.example pause until 2026-11-24 13:01 CET: 451 slower" in run(
        office, "list"
    )
    assert "tries now" in run(office, "retry")
    assert office.deliver(SMTPSender(smtp_sink.url)) == 1
    assert actions(office) == [("emails retried", "pause")]


def test_admins_see_a_pause_on_the_week_page_and_other_leads_do_not(team_office: Office) -> None:
    with team_office.program.database.write() as tx:
        send_pauses.extend(tx, send_pauses.ALL, "550 5.7.1 not allowed", team_office.now)
    for role, sees in (("admin", True), ("lead", False)):
        page = Somebody(team_office, role, role).get("/review/2026-W48").text
        assert ("Reason: 550 5.7.1 not allowed" in page) == sees
