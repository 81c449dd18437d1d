"""Who was not asked and why: a list of a week, asking anyway, and held emails."""

from datetime import timedelta

import pytest

from feedback_app.store import invitations, opt_outs
from tests.support.office import NOW, Office, a_case
from tests.support.team import Somebody, words

PAGE = "/review/2026-W48/not-asked"


@pytest.fixture
def lena(team_office: Office) -> Somebody:
    return Somebody(team_office.ruled(emails_per_contact=2), "lead", "lena")


def _not_asked(office: Office) -> str:
    """Store cases without a survey for different reasons; return the invitation of a colleague."""
    with office.program.database.write() as tx:
        opt_outs.add(tx, "left@customer.example", NOW)
    found = office.receive(a_case("COLLEAGUE", contact_email="kim@spryker.com"))
    for number, address in (
        ("OWN", "support@spryker.com"),
        ("ROBOT", "no-reply@customer.example"),
        ("LEFT", "left@customer.example"),
        ("NOBODY", None),
    ):
        office.receive(a_case(number, contact_email=address))
    office.receive(a_case("ASKED", contact_email="asked@customer.example"))
    return str(found.invitation_id)


def test_every_case_without_a_survey_is_listed_with_its_reason(lena: Somebody) -> None:
    _not_asked(lena.office)
    office = lena.office
    office.receive(a_case("OLD", closed_at=NOW - timedelta(days=90), contact_email="a@b.example"))
    assert PAGE in lena.get("/review/2026-W48/closed").text
    text = lena.get(PAGE).text
    for heading in (
        "Our own address: 1",
        "No-reply address or mailer daemon: 1",
        "On the list of contacts who are never asked: 1",
        "Opted out: 1",
        "No email address: 1",
    ):
        assert heading in text
    assert "ASKED" not in text
    assert "OLD" not in text, "it was closed in another week"
    german = lena.get(f"{PAGE}?lang=de").text
    assert "Auf der Liste der Kontakte, die nie gefragt werden: 1" in german
    assert "Trotzdem fragen" in german


def test_a_lead_asks_anyway_and_the_audit_log_says_so(lena: Somebody) -> None:
    colleague = _not_asked(lena.office)
    lena.office.deliver()
    text = lena.get(PAGE).text
    assert text.count("Ask anyway") == 2, "in the explanation and at one case"
    assert f"/review/cases/{colleague}/send" in text
    assert lena.post(f"/review/cases/{colleague}/send").status_code == 303
    lena.office.deliver()
    assert lena.office.invitation(colleague).state(lena.office.now) == "handed_over"
    assert "COLLEAGUE" not in lena.get(PAGE).text
    (logged,) = lena.office.rows("lead_actions")
    assert (logged["lead_name"], logged["subject"]) == ("lena", "COLLEAGUE")
    reader = Somebody(lena.office, "reader")
    assert "/send" not in reader.get(PAGE).text


def test_held_emails_are_shown_and_sent_by_a_lead(lena: Somebody) -> None:
    assert "Held emails" not in lena.get("/review/2026-W48").text
    for number in range(5):
        lena.office.receive(a_case(str(number), contact_email="busy@customer.example"))
    assert lena.office.deliver() == 2
    assert "Held emails 3 Check and send" in words(lena.get("/review/2026-W48"))
    text = lena.get(PAGE).text
    assert "more than 2 emails about closed cases within 24 hours" in text
    assert "busy@customer.example:\n3 emails" in text
    assert "Send the held emails" not in Somebody(lena.office, "reader").get(PAGE).text
    assert lena.post("/review/held-emails/release").status_code == 303
    assert lena.office.deliver() == 3
    assert "Held emails" not in lena.get(PAGE).text
    assert [row["action"] for row in lena.office.rows("lead_actions")] == ["emails released"]


def test_a_bounced_email_is_listed_until_the_survey_is_sent_again(lena: Somebody) -> None:
    one = lena.office.invite("BOUNCED")
    with lena.office.program.database.write() as tx:
        invitations.mark_bounced(tx, one, lena.office.now)
    assert PAGE in lena.get("/review/2026-W48/closed").text
    text = lena.get(PAGE).text
    assert "Email bounced: 1" in text
    assert f'href="/review/cases/{one}"' in text
    assert "Correct the address" in text
    lena.post(f"/review/cases/{one}/send", address="right@customer.example")
    assert "Every customer got the survey." in lena.get(PAGE).text
