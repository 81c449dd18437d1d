"""Who is asked, when, and why not."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from pydantic import SecretStr

from feedback_app.commands.contacts import opt_out
from feedback_app.commands.links import link
from feedback_app.commands.outbox import outbox_group
from feedback_app.jobs.restored import require_not_restored
from feedback_app.store import invitations, outbox
from tests.support.office import NOW, Customer, Office, a_case


def _withheld(office: Office) -> list[str | None]:
    return [row["withheld_because"] for row in office.rows("invitations")]


def test_a_closed_case_gets_one_invitation_and_one_email(office: Office) -> None:
    receipt = office.receive(a_case())
    assert (receipt.outcome, receipt.withheld_because) == ("new", None)
    assert [row["case_number"] for row in office.rows("cases")] == ["00012345"]
    assert [mail["To"] for mail in office.mails()] == ["contact@customer.example"]


@pytest.mark.parametrize("shown", [True, False])
def test_the_subject_line_of_a_case_is_only_stored_if_the_facts_allow_it(
    office: Office, shown: bool
) -> None:
    office.ruled(show_subject=shown).receive(a_case(subject="Checkout fails"))
    assert office.rows("cases")[0]["subject"] == ("Checkout fails" if shown else None)


def test_the_same_closing_again_changes_nothing(office: Office) -> None:
    office.receive(a_case())
    assert office.receive(a_case()).outcome == "known"
    assert len(office.rows("cases")) == len(office.rows("invitations")) == len(office.mails()) == 1


@pytest.mark.parametrize("hours", [-23.9, 0.1, 23.9])
def test_closing_again_within_a_day_is_the_same_closing(office: Office, hours: float) -> None:
    office.receive(a_case())
    again = a_case(closed_at=NOW - timedelta(hours=1) + timedelta(hours=hours))
    assert office.receive(again).outcome == "known"
    assert len(office.rows("invitations")) == 1


def test_closing_again_later_supersedes_an_unanswered_invitation(office: Office) -> None:
    first = office.receive(a_case(closed_at=NOW - timedelta(days=3))).invitation_id
    second = office.receive(a_case()).invitation_id
    assert first and second
    assert office.invitation(first).state(NOW) == "withheld"
    assert office.invitation(second).state(NOW) == "waiting"


def test_a_case_closed_again_in_the_quiet_period_is_asked_about_in_place_of_its_earlier_closing(
    office: Office,
) -> None:
    office = office.ruled(quiet_period_days=30)
    first = office.receive(a_case(closed_at=NOW - timedelta(days=3)))
    second = office.receive(a_case())
    assert second.withheld_because is None
    assert first.invitation_id
    assert office.invitation(first.invitation_id).superseded_at == office.now
    third = office.receive(a_case("another"))
    assert third.withheld_because == "quiet_period"


def test_a_case_closed_again_after_its_answer_is_not_asked_about_in_the_quiet_period(
    office: Office,
) -> None:
    office = office.ruled(quiet_period_days=30)
    customer = Customer(office, office.invite(closed_at=NOW - timedelta(days=3)))
    customer.send(ease="4", satisfaction="5")
    assert office.receive(a_case()).withheld_because == "quiet_period"


@pytest.mark.parametrize("reason", ["opt_out", "too_old", "no_address"])
def test_a_closing_that_is_not_asked_about_leaves_the_earlier_link_usable(
    office: Office, reason: str
) -> None:
    first = office.invite(closed_at=NOW - timedelta(days=3))
    again = a_case(contact_email=None if reason == "no_address" else "contact@customer.example")
    if reason == "too_old":
        office.wait(days=office.program.facts.survey.asking_limit_days)
        # Its email was sent late, so the link is still valid.
        with office.program.database.write() as tx:
            tx.run("UPDATE invitations SET expires_at = :soon", soon=office.now + timedelta(days=1))
    if reason == "opt_out":
        assert office.run(opt_out, "contact@customer.example").exit_code == 0
    assert office.receive(again).withheld_because == reason
    assert office.invitation(first).superseded_at is None
    assert Customer(office, first).send(ease="4", satisfaction="5").status_code == 303


def test_closing_again_later_keeps_an_answered_invitation(office: Office) -> None:
    first = office.invite(closed_at=NOW - timedelta(days=3))
    office.wait(minutes=5)
    page = office.client().get(office.path(first))
    value = page.text.split('name="page" value="')[1].split('"')[0]
    office.wait(seconds=20)
    sent = {"page": value, "ease": "4", "satisfaction": "5", "comment": ""}
    assert office.client().post(office.path(first), data=sent).status_code == 303
    office.receive(a_case())
    assert office.invitation(first).state(office.now) == "answered"
    assert office.invitation(first).superseded_at is None
    assert [answer.ease for answer in office.answers(first)] == [4]


def test_an_older_closing_that_arrives_late_is_not_asked_about(office: Office) -> None:
    office.receive(a_case())
    late = office.receive(a_case(closed_at=NOW - timedelta(days=3)))
    assert late.withheld_because == "superseded"
    assert len(office.mails()) == 1


def test_a_case_closed_before_the_limit_is_stored_without_a_survey(office: Office) -> None:
    old = NOW - timedelta(days=office.program.facts.survey.asking_limit_days, hours=1)
    receipt = office.receive(a_case(closed_at=old))
    assert receipt.withheld_because == "too_old"
    assert len(office.rows("cases")) == 1
    assert office.mails() == []


def test_an_old_case_is_asked_about_if_requested(office: Office) -> None:
    old = NOW - timedelta(days=400)
    assert office.receive(a_case(closed_at=old), ask_anyway=True).withheld_because is None
    assert len(office.mails()) == 1


def test_a_case_without_an_address_is_stored_for_a_manual_link(office: Office) -> None:
    assert office.receive(a_case(contact_email=None)).withheld_because == "no_address"
    assert _withheld(office) == ["no_address"]
    assert office.mails() == []


def test_the_cohort_is_the_week_of_closing_in_the_teams_time_zone(office: Office) -> None:
    sunday_night_in_utc = NOW.replace(day=22, hour=23, minute=30)
    office.receive(a_case(closed_at=sunday_night_in_utc))
    assert [row["closed_week"] for row in office.rows("cases")] == ["2026-W48"]


OTHER_ADDRESS = "other@customer.example"


@pytest.mark.parametrize(
    "changes",
    [
        {"contact_email": OTHER_ADDRESS},
        {"closed_at": NOW - timedelta(hours=25)},
        {"case_number": "00012346"},
    ],
)
def test_the_same_number_in_two_case_systems_is_two_cases(
    office: Office, changes: dict[str, Any]
) -> None:
    office.receive(a_case())
    assert office.receive(a_case(source="another", **changes)).outcome == "new"
    assert len(office.rows("cases")) == len(office.mails()) == 2


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"contact_email": "Contact@Customer.example", "case_id": "another id"},
        {"contact_email": None, "closed_at": NOW - timedelta(hours=24)},
    ],
)
def test_the_same_closing_from_two_sources_is_asked_about_once(
    office: Office, changes: dict[str, Any]
) -> None:
    office.receive(a_case())
    second = office.receive(a_case(source="another", **changes))
    assert (second.outcome, second.duplicate_of) == ("likely_duplicate", "tests")
    assert len(office.rows("cases")) == len(office.mails()) == 1
    assert office.receive(a_case(source="another", **changes), ask_anyway=True).outcome == "new"


def test_a_case_whose_contact_is_not_known_may_be_the_same_one(office: Office) -> None:
    office.receive(a_case(contact_email=None))
    assert office.receive(a_case(source="another")).outcome == "likely_duplicate"


def test_sample_cases_are_never_duplicates(office: Office) -> None:
    office.receive(a_case(source="sample"))
    assert office.receive(a_case()).outcome == "new"
    office.receive(a_case("2"))
    assert office.receive(a_case("2", source="sample")).outcome == "new"


def test_the_same_closing_sent_by_several_sources_at_once_is_asked_about_once(
    office: Office,
) -> None:
    closings = [a_case(source=f"source {number}") for number in range(6)]
    with ThreadPoolExecutor(6) as pool:
        outcomes = [result.outcome for result in pool.map(office.receive, closings)]
    assert sorted(outcomes) == ["likely_duplicate"] * 5 + ["new"]
    assert len(office.mails()) == 1


def test_in_the_quiet_period_the_email_has_no_survey(office: Office) -> None:
    office = office.ruled(quiet_period_days=30)
    office.receive(a_case("1"))
    office.wait(days=29)
    second = office.receive(
        a_case("2", closed_at=office.now, contact_email="CONTACT@customer.example")
    )
    other = office.receive(
        a_case("3", closed_at=office.now, contact_email="other@customer.example")
    )
    assert (second.withheld_because, other.withheld_because) == ("quiet_period", None)
    (without,) = [mail for mail in office.mails() if mail["To"].startswith("CONTACT@")]
    assert "?ease=" not in without.get_body(("plain",)).get_content()
    assert office.deliver() == 3
    assert [row["handed_over_at"] is None for row in office.rows("invitations")].count(True) == 1
    office.wait(days=1, seconds=1)
    assert office.receive(a_case("4", closed_at=office.now)).withheld_because is None


def test_without_a_quiet_period_every_case_is_asked_about(office: Office) -> None:
    assert office.program.facts.survey.quiet_period_days == 0
    assert [office.receive(a_case(number)).withheld_because for number in "123"] == [None] * 3


def test_a_withheld_or_bounced_survey_starts_no_quiet_period(office: Office) -> None:
    office = office.ruled(quiet_period_days=30)
    old = NOW - timedelta(days=office.program.facts.survey.asking_limit_days, hours=1)
    assert office.receive(a_case("1", closed_at=old)).withheld_because == "too_old"
    asked = office.receive(a_case("2"))
    assert asked.withheld_because is None
    with office.program.database.write() as tx:
        invitations.mark_bounced(tx, asked.invitation_id, office.now)
    assert office.receive(a_case("3")).withheld_because is None


def test_cases_of_one_contact_that_close_together_are_asked_about_once(office: Office) -> None:
    office = office.ruled(quiet_period_days=30)
    with ThreadPoolExecutor(8) as senders:
        receipts = list(senders.map(lambda number: office.receive(a_case(str(number))), range(8)))
    reasons = sorted(str(receipt.withheld_because) for receipt in receipts)
    assert reasons == ["None"] + ["quiet_period"] * 7


def test_we_send_nothing_if_the_case_system_tells_the_customer(office: Office) -> None:
    office.program.settings.closure_mail = "case_system"
    for number, address in (("1", "a@customer.example"), ("2", None)):
        office.receive(a_case(number, contact_email=address))
    assert office.mails() == []
    assert len(office.rows("invitations")) == 2


@pytest.mark.parametrize(
    ("address", "reason", "emails"),
    [
        ("support@spryker.com", "own_address", 0),
        ("Support+case-7@Spryker.com", "own_address", 0),
        ("noreply@spryker.com", "own_address", 0),
        ("security@spryker.com", "own_address", 0),
        ("sender@mail.example", "own_address", 0),
        ("answers@mail.example", "own_address", 0),
        ("robot@mail.example", "own_address", 0),
        ("MAILER-DAEMON@mx.customer.example", "automatic_address", 0),
        ("postmaster@customer.example", "automatic_address", 0),
        ("no-reply@customer.example", "automatic_address", 0),
        ("DoNotReply@customer.example", "automatic_address", 0),
        ("jira.noreply+7@customer.example", "automatic_address", 0),
        ("bounces+77=x@customer.example", "automatic_address", 0),
        ("Keine-Antwort@customer.example", "automatic_address", 0),
        ("kim@spryker.com", "excluded", 1),
        ("kim@eu.partner.example", "excluded", 1),
        ("kim@xn--bro-hoa.example", "excluded", 1),
        ("TESTER@customer.example", "excluded", 1),
        ("tester2@customer.example", None, 1),
        ("kim@nopartner.example", None, 1),
        ("reply@customer.example", None, 1),
        ("bounce.house@customer.example", None, 1),
        ("noreen@customer.example", None, 1),
    ],
)
def test_own_automatic_and_listed_addresses_are_never_asked(
    sqlite_office: Office, address: str, reason: str | None, emails: int
) -> None:
    listed = ("spryker.com", "partner.example", "xn--bro-hoa.example", "tester@customer.example")
    settings = {
        "mail_from": "Support <sender@mail.example>",
        "reply_to": "answers@mail.example",
        "smtp_url": SecretStr("smtps://robot%40mail.example:secret@mail.example"),
    }
    program = sqlite_office.ruled(never_ask=listed).program
    program = replace(program, settings=program.settings.model_copy(update=settings))
    with program.database.write() as tx:
        result = program.case_intake.store_all(tx, [a_case(contact_email=address)], NOW)[0]
    assert result.withheld_because == reason
    kinds = [row["kind"] for row in sqlite_office.rows("outbox")]
    assert kinds == (["closure notice"] if reason else ["closure"]) * emails


def test_an_opt_out_comes_before_the_list_of_addresses_because_it_cannot_be_overridden(
    sqlite_office: Office,
) -> None:
    sqlite_office.run(opt_out, "kim@spryker.com")
    assert sqlite_office.receive(a_case(contact_email="kim@spryker.com")).withheld_because == (
        "opt_out"
    )


def _held(office: Office) -> dict[str, int]:
    return {row["recipient"]: row["number"] for row in outbox.held(office.program.database)}


def test_more_emails_to_one_contact_in_a_day_are_held_until_they_are_released(
    office: Office,
) -> None:
    office = office.ruled(emails_per_contact=3)
    for number in range(5):
        address = ("Kim@busy.example", "kim@Busy.example")[number % 2]
        assert office.receive(a_case(str(number), contact_email=address)).outcome == "new"
        office.wait(minutes=1)
    office.receive(a_case("other"))
    assert sum(_held(office).values()) == 2
    assert office.deliver() == 4
    listed = office.run(outbox_group, "list").stdout
    assert listed.count("  held\n") == 2
    assert "Held: 2 emails (case 3, case 4), because survey.emails_per_contact" in listed
    assert "usy.example" not in listed
    assert "kim@Busy.example" in office.run(outbox_group, "list", "--addresses").stdout
    assert "2 released" in office.run(outbox_group, "release").stdout
    assert _held(office) == {}
    assert office.rows("lead_actions")[0]["action"] == "emails released"
    assert office.deliver() == 2
    office.wait(hours=25)
    for number in range(10, 13):
        office.receive(a_case(str(number), closed_at=office.now, contact_email="kim@busy.example"))
    assert _held(office) == {}


def test_held_emails_are_no_sign_of_a_restored_database(office: Office) -> None:
    office = office.ruled(emails_per_contact=1)
    office.receive(a_case("1"))
    office.deliver()
    office.receive(a_case("2"))
    office.wait(days=2)
    require_not_restored(office.program, office.now)
    assert office.deliver() == 0


def test_a_survey_is_sent_anyway_unless_nobody_reads_it_or_the_customer_opted_out(
    office: Office,
) -> None:
    office = office.ruled(quiet_period_days=30)
    office.invite("1")
    expected = {
        "quiet_period": a_case("2"),
        "excluded": a_case("3", contact_email="kim@spryker.com"),
        "too_old": a_case("4", closed_at=NOW - timedelta(days=30), contact_email="a@b.example"),
    }
    for reason, case in expected.items():
        result = office.receive(case)
        assert result.withheld_because == reason
        assert office.run(link, "--renew", case.case_number).exit_code == 0
        assert office.invitation(str(result.invitation_id)).handed_over_at
    office.deliver()
    sent = [row["kind"] for row in office.rows("outbox") if row["sent_at"]]
    assert sent == ["closure"] * 4
    for number, address in (("5", "support@spryker.com"), ("6", "no-reply@b.example")):
        office.receive(a_case(number, contact_email=address))
        refused = office.run(link, "--renew", number)
        assert refused.exit_code == 1
        assert "never gets a survey" in refused.stderr
