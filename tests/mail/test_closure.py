"""The closure email."""

import re
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from email import message_from_string
from email.headerregistry import Address
from email.policy import default
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import SecretStr

from tests.support.closure_parts import CONTEXT, LINKS, SENDER, closure_text
from tests.support.office import NOW, Customer, Office, a_case
from tests.support.some import some

HEADERS = [
    "From",
    "To",
    "Date",
    "Message-ID",
    "Auto-Submitted",
    "X-Auto-Response-Suppress",
    "Subject",
    "MIME-Version",
    "Content-Type",
    "Reply-To",
    "Content-Language",
    "List-Unsubscribe",
    "List-Unsubscribe-Post",
]


def _parts(mail) -> tuple[str, str]:
    return (
        mail.get_body(("plain",)).get_content(),
        mail.get_body(("html",)).get_content(),
    )


def test_text_and_html_have_the_case_number_the_five_links_and_the_portal(office: Office) -> None:
    office.receive(a_case())
    facts = office.program.facts
    for body in some(_parts(office.mails()[0])):
        assert "00012345" in body
        assert facts.contacts.portal_url in body
        assert facts.question("ease").text["en"] in body
        links = re.findall(r"http://[^\s\"<>]+/f/([\w.-]+)\?ease=([1-5])", body)
        assert [score for _, score in links] == ["1", "2", "3", "4", "5"]
        assert len({token for token, _ in links}) == 1
        for point in facts.question("ease").points:
            assert point["en"] in body


def test_the_email_is_in_the_language_of_the_case(office: Office) -> None:
    office.receive(a_case(language="de-AT"))
    mail = office.mails()[0]
    assert mail["Content-Language"] == "de"
    assert mail["Subject"].startswith("Fall 00012345")
    for body in some(_parts(mail)):
        assert "Zwei Fragen" in body
        assert "/de/your-feedback.html" in body


def test_an_unknown_language_gets_english(office: Office) -> None:
    office.receive(a_case(language="fr"))
    assert office.mails()[0]["Content-Language"] == "en"


def test_the_email_has_no_images_or_other_external_content(office: Office) -> None:
    office.receive(a_case())
    _, html = _parts(office.mails()[0])
    assert "<img" not in html
    assert "url(" not in html
    assert not re.search(r"<link[^>]+href", html)


def test_the_email_is_marked_as_automatic(office: Office) -> None:
    office.receive(a_case())
    mail = office.mails()[0]
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["X-Auto-Response-Suppress"] == "OOF, AutoReply"
    assert mail["Message-ID"].startswith(f"<{office.rows('outbox')[0]['id']}@")


def test_markup_in_a_case_number_stays_text(office: Office) -> None:
    office.receive(a_case('<img src="x">'))
    _, html = _parts(office.mails()[0])
    assert "<img" not in html
    assert "&lt;img" in html


@given(st.text(), st.text())
@settings(max_examples=60)
def test_no_case_number_can_add_a_header(before: str, after: str) -> None:
    case = a_case(f"{before}\r\nBcc: somebody@example.org\r\n\r\n{after}")
    message = closure_text(case)
    head = message.split("\r\n\r\n")[0]
    assert not re.search(r"(?m)^Bcc", head)
    assert message.isascii()


@given(st.text() | st.emails() | st.emails().map(lambda address: f"{address}\r\nBcc: x@y.example"))
@settings(max_examples=200)
def test_no_address_can_add_a_header(address: str) -> None:
    with suppress(ValueError):
        message = closure_text(a_case(contact_email=address))
        mail = message_from_string(message, policy=default)
        assert mail.keys() == HEADERS
        assert mail["To"] == address


@given(st.text(), st.text(), st.text())
@settings(max_examples=100)
def test_nothing_a_case_system_sends_can_add_a_header(number: str, name: str, tag: str) -> None:
    case = a_case(f"{number}\r\n\r\n", customer=name, language=tag, case_url=name, team=tag)
    mail = message_from_string(closure_text(case), policy=default)
    assert mail.keys() == HEADERS
    assert [part.get_content_type() for part in mail.iter_parts()] == ["text/plain", "text/html"]


@pytest.mark.parametrize(
    "address",
    [
        "a@b.example\r\nBcc: c@d.example",
        "no address",
        "a@b, c@d",
        "Name <a@b.example>",
        "<a@b.example>",
        " a@b.example",
        "a@müller.example",
        "ü@b.example",
        "",
    ],
)
def test_an_invalid_address_is_refused(address: str) -> None:
    with pytest.raises(ValueError, match="email address"):
        closure_text(a_case(contact_email=address))


def test_replies_go_to_reply_to_and_the_email_says_what_to_do_if_nothing_is_solved() -> None:
    cases = Address("Cases", addr_spec="cases@desk.example")
    case_system = replace(CONTEXT, reply_to=cases)
    for language, question in (("en", "Not solved?"), ("de", "Nicht gelöst?")):
        message = closure_text(a_case(language=language), case_system)
        mail = message_from_string(message, policy=default)
        assert (mail["From"], mail["Reply-To"]) == (str(SENDER), str(cases))
        for body in some(_parts(mail)):
            told = body.split(question)[1]
            assert "00012345" in told.partition(CONTEXT.facts.contacts.portal_url)[0]


@pytest.mark.parametrize(
    "name", ["Müller, Schmidt Support", "Support @ Acme", "Acme: <Support>", 'The "Desk"; \\o/']
)
def test_a_name_with_header_syntax_stays_one_sender(office: Office, name: str) -> None:
    facts = office.program.facts
    office = office.called(name)
    office.program.settings.alert_urls = (SecretStr("lead@example.org"),)
    customer = Customer(office, office.invite())
    customer.send(ease="1", satisfaction="1", comment="Too slow.")
    mails = office.mails()
    assert len(mails) == 2
    for mail in mails:
        (sender,) = mail["From"].addresses
        assert (sender.display_name, sender.addr_spec) == (name, facts.contacts.support_address)


def test_every_link_has_a_label_and_leads_to_the_survey_or_the_site() -> None:
    message = closure_text(a_case())
    _, html = _parts(message_from_string(message, policy=default))
    links = re.findall(r'<a href="([^"]+)"[^>]*>([^<]+)</a>', html)
    ease = CONTEXT.facts.question("ease")
    assert links[:5] == [
        (f"{LINKS.survey}?ease={number}", f"{number} – {point['en']}")
        for number, point in enumerate(ease.points, 1)
    ]
    assert all(label.strip() for _, label in links)
    docs = Path(__file__).parents[2] / "docs"
    for link, _ in links[5:]:
        page, _, anchor = link.removeprefix("https://survey.example/").partition("#")
        if page.endswith(".html"):
            source = (docs / "en" / page.replace(".html", ".md")).read_text(encoding="utf-8")
            assert not anchor or anchor in [status.key for status in CONTEXT.facts.statuses]
            assert source


def test_the_date_header_is_the_time_of_the_closing(office: Office) -> None:
    office.receive(a_case())
    office.wait(hours=5)
    assert office.mails()[0]["Date"].datetime == NOW + timedelta(0)
