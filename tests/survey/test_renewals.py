"""A survey is sent again: by a lead, by a command, or because a customer asked for a new link."""

import re
from datetime import timedelta
from typing import Any

import pytest

from feedback_app.commands.links import link
from feedback_app.reports.weeks import review_week
from feedback_app.store import invitations, opt_outs
from feedback_app.survey import renewals
from feedback_app.survey.renewals import RenewalRefusedError
from tests.support.cohort_cases import became
from tests.support.office import NOW, Customer, Office, a_case
from tests.support.team import Somebody, answered

LIFETIME = {"days": 14, "minutes": 1}


def renew(office: Office, invitation_id: str, address: str | None = None) -> None:
    with office.program.database.write() as tx:
        renewals.renew(office.program, tx, invitation_id, "lead", office.now, address)


def bounce(office: Office, invitation_id: str) -> None:
    with office.program.database.write() as tx:
        assert invitations.mark_bounced(tx, invitation_id, office.now)


def recipients(office: Office) -> list[str]:
    return [row["recipient"] for row in office.rows("outbox") if row["sent_at"]]


def test_a_renewed_invitation_counts_once_and_has_a_working_link(office: Office) -> None:
    one = office.invite()
    office.wait(days=1)
    bounce(office, one)
    office.wait(days=1)
    renew(office, one, "right@customer.example")
    assert office.invitation(one).contact_email == "right@customer.example"
    assert office.invitation(one).state(office.now) == "handed_over"
    assert office.deliver() == 1
    assert recipients(office) == ["contact@customer.example", "right@customer.example"]
    assert Customer(office, one).send(ease="4", satisfaction="4").status_code == 303
    review = review_week(office.program.database, "2026-W48", office.program.facts, office.now)
    cohort = review.cohort
    assert (cohort.handed_over, cohort.bounced, cohort.answered, cohort.reached) == (1, 0, 1, 1)


def test_figures_of_an_earlier_day_still_count_the_email_that_bounced_then(office: Office) -> None:
    one = office.invite()
    office.wait(days=1)
    bounce(office, one)
    office.wait(days=1)
    renew(office, one)
    office.wait(days=1)
    bounce(office, one)
    office.wait(days=1)
    days_back = {4: "reached", 2.5: "bounced", 1.5: "reached", 0: "bounced"}
    assert {
        day: became(office.program.database, office.now - timedelta(days=day)) for day in days_back
    } == {day: [state] for day, state in days_back.items()}


def test_an_earlier_link_stops_working_when_a_new_one_is_sent(office: Office) -> None:
    customer = Customer(office, office.invite())
    page = customer.value()
    office.wait(days=1)
    renew(office, customer.invitation_id, "right@customer.example")
    assert customer.open().status_code == 410
    refused = customer.send(page=page, ease="4", satisfaction="4", comment="My words")
    assert refused.status_code == 410
    assert "My words" in refused.text
    assert not customer.answers
    assert 'name="ease"' in Customer(office, customer.invitation_id).open().text


def test_a_waiting_email_is_replaced_and_not_sent_twice(office: Office) -> None:
    receipt = office.receive(a_case())
    assert receipt.invitation_id
    for _ in range(3):
        renew(office, receipt.invitation_id, "right@customer.example")
    assert office.deliver() == 1
    assert recipients(office) == ["right@customer.example"]


@pytest.mark.parametrize(
    ("reason", "changes"),
    [("too_old", {"closed_at": NOW - timedelta(days=40)}), ("no_address", {"contact_email": None})],
)
def test_a_withheld_survey_is_sent_when_a_lead_wants_it(
    office: Office, reason: str, changes: dict[str, Any]
) -> None:
    receipt = office.receive(a_case(**changes))
    assert (receipt.withheld_because, receipt.invitation_id is not None) == (reason, True)
    one = receipt.invitation_id or ""
    office.deliver()
    renew(office, one, "right@customer.example")
    office.deliver()
    assert recipients(office) == ["right@customer.example"]
    assert office.invitation(one).state(office.now) == "handed_over"


def test_what_cannot_be_sent_again_is_refused_with_a_reason(office: Office) -> None:
    done = answered(office, "0001")
    without = office.receive(a_case("0002", contact_email=None)).invitation_id or ""
    erased = office.invite("0003")
    office.erase("0003")
    earlier = office.invite("0004")
    office.wait(days=3)
    office.invite("0004")
    out = office.invite("0005", contact_email="out@customer.example")
    with office.program.database.write() as tx:
        opt_outs.add(tx, "Out@customer.example", office.now)
    cases = {done: "answered", without: "no_address", erased: "erased", earlier: "superseded"}
    before = office.everything()
    for invitation_id, reason in (cases | {out: "opted_out"}).items():
        with pytest.raises(RenewalRefusedError, match=reason):
            renew(office, invitation_id)
    with pytest.raises(RenewalRefusedError, match="never_asked"):
        renew(office, without, "no-reply@customer.example")
    with pytest.raises(RenewalRefusedError, match="erased"):
        renew(office, erased, "right@customer.example")
    assert office.everything() == before


def test_the_command_renews_an_expired_link_and_corrects_the_address(office: Office) -> None:
    one = office.invite("0007")
    office.wait(**LIFETIME)
    expired = office.run(link, "0007")
    assert (expired.exit_code, "add --renew" in expired.stderr) == (1, True)
    wrong = office.run(link, "0007", "--address", "nobody")
    assert (wrong.exit_code, "'nobody' is not an email address" in wrong.stderr) == (2, True)
    done = office.run(link, "0007", "--address", "kim@müller.example")
    assert done.exit_code == 0, done.output
    path = done.stdout.strip().removeprefix("http://survey.example")
    assert 'name="ease"' in office.client().get(path).text
    office.deliver()
    assert recipients(office)[-1] == "kim@xn--mller-kva.example"
    assert office.invitation(one).state(office.now) == "handed_over"
    (entry,) = office.rows("lead_actions")
    assert (entry["lead_name"], entry["action"], entry["subject"]) == (
        "command line",
        "survey sent again",
        "0007",
    )


def test_a_lead_finds_the_case_by_number_and_sends_its_survey_again(team_office: Office) -> None:
    office = team_office
    one = office.invite("0007")
    bounce(office, one)
    lena, place = Somebody(office, "lead", "lena"), f"/review/cases/{one}"
    assert f'href="{place}"' in lena.get("/review/search?words=0007").text
    assert "The email bounced on 24 Nov 2026." in lena.get(place).text
    wrong = lena.post(f"{place}/send", address="<b>nobody")
    assert wrong.status_code == 422
    assert "&lt;b&gt;nobody" in wrong.text
    assert lena.post(f"{place}/send", address="right@customer.example").location == place
    assert "Last sent again: 24 Nov 2026" in lena.get(place).text
    assert office.deliver() == 1
    assert [row["subject"] for row in office.rows("lead_actions")] == ["0007"]
    with office.program.database.write() as tx:
        opt_outs.add(tx, "right@customer.example", office.now)
    assert lena.post(f"{place}/send", address="right@customer.example").status_code == 409
    assert "This contact opted out of surveys" in lena.get(place).text
    assert Somebody(office, "reader").get(place).status_code == 403


def press(customer: Customer) -> Any:
    """Press the button of the expired page, wherever its form goes."""
    page = customer.open()
    found = re.search(r'<form method="post" action="([^"]+)">', page.text)
    return customer.browser.post(found[1] if found else f"{customer.path}/renew")


def test_a_customer_requests_a_new_link_with_one_tap(office: Office) -> None:
    customer = Customer(office, office.invite("0007"))
    office.wait(**LIFETIME)
    page = customer.open()
    assert page.status_code == 410
    assert "Send me a new link" in page.text
    assert "contact@customer.example" not in page.text
    done = customer.follow(press(customer))
    assert "On 8 December 2026 we sent a new link for case" in done.text
    assert "contact@customer.example" not in done.text
    assert "Send me a new link" not in done.text
    assert office.deliver() == 1
    assert recipients(office) == ["contact@customer.example"] * 2
    assert 'name="ease"' in Customer(office, customer.invitation_id).open().text
    assert "Neuen Link anfordern" not in customer.open("?lang=de").text
    office.wait(**LIFETIME)
    assert "Neuen Link anfordern" in customer.open("?lang=de").text


def test_a_scanner_that_presses_the_button_causes_few_emails(office: Office) -> None:
    customer = Customer(office, office.invite())
    for _ in range(5):
        assert press(customer).status_code == 303
    office.deliver()
    assert len(recipients(office)) == 1, "the link has not expired"
    for _ in range(60):
        office.wait(days=1)
        for _ in range(3):
            press(customer)
        office.deliver()
    assert len(recipients(office)) == 1 + renewals.MOST_REQUESTS
    assert "We have already sent new links" in customer.open().text


def test_reading_the_expired_page_writes_nothing(office: Office) -> None:
    customer = Customer(office, office.invite())
    office.wait(**LIFETIME)
    before = office.everything()
    customer.open()
    assert customer.browser.get(f"{customer.path}/renew").status_code == 405
    assert office.everything() == before


@pytest.mark.parametrize(
    ("state", "sentence"),
    [
        ("opted out", "Surveys to this case's email address were stopped"),
        ("erased", "We have erased the email address of this case"),
        ("bounced", "Our last email could not be delivered"),
    ],
)
def test_the_expired_page_says_why_no_link_can_be_sent(
    office: Office, state: str, sentence: str
) -> None:
    customer = Customer(office, office.invite("0007"))
    if state == "opted out":
        with office.program.database.write() as tx:
            opt_outs.add(tx, "contact@customer.example", office.now)
    elif state == "erased":
        office.erase("0007")
    else:
        bounce(office, customer.invitation_id)
    office.wait(**LIFETIME)
    before = office.everything()
    page = customer.open().text
    assert sentence in page
    assert "Send me a new link" not in page
    assert press(customer).status_code == 303
    assert office.everything() == before


def test_answered_and_superseded_links_cannot_be_renewed(office: Office) -> None:
    done = Customer(office, answered(office, "0001"))
    earlier = Customer(office, office.invite("0002"))
    office.wait(days=3)
    office.invite("0002")
    office.wait(**LIFETIME)
    before = office.everything()
    for customer in (done, earlier):
        assert press(customer).status_code == 303
    assert office.everything() == before
