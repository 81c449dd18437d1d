"""The closure email."""

import re
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from email import message_from_string
from email.headerregistry import Address
from email.policy import default
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from mjml import mjml2html
from pydantic import SecretStr

from support_facts import Text
from tests.support.closure_parts import (
    CONTEXT,
    LINKS,
    SENDER,
    closure_parts,
    closure_text,
    parts,
)
from tests.support.office import NOW, Customer, Office, a_case
from tests.support.some import some

HEADERS = [
    "From",
    "To",
    "Date",
    "Message-ID",
    "Auto-Submitted",
    "X-Auto-Response-Suppress",
    "Precedence",
    "Subject",
    "MIME-Version",
    "Reply-To",
    "Content-Language",
    "List-Unsubscribe",
    "List-Unsubscribe-Post",
    "Content-Type",
]

LANGUAGES = CONTEXT.facts.languages
NOT_SOLVED = {"en": "Not solved?", "de": "Nicht gelöst?"}


def test_text_and_html_have_the_case_number_the_five_links_and_the_portal(office: Office) -> None:
    office.receive(a_case())
    facts = office.program.facts
    for body in some(parts(office.mails()[0])):
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
    for body in some(parts(mail)):
        assert "zwei Fragen" in body
        assert "/de/your-feedback.html" in body


def test_an_unknown_language_gets_english(office: Office) -> None:
    office.receive(a_case(language="fr"))
    assert office.mails()[0]["Content-Language"] == "en"


def test_the_email_has_no_images_or_other_external_content(office: Office) -> None:
    office.receive(a_case())
    _, html = parts(office.mails()[0])
    assert "<img" not in html
    assert "url(" not in html
    assert not re.search(r"<link[^>]+href", html)


def test_the_email_is_marked_as_automatic(office: Office) -> None:
    office.receive(a_case())
    mail = office.mails()[0]
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["X-Auto-Response-Suppress"] == "OOF, AutoReply"
    assert mail["Precedence"] == "bulk"
    assert mail["Message-ID"].startswith(f"<{office.rows('outbox')[0]['id']}@")


HOSTILE = (
    '<img src="x" onerror="alert(1)">',
    '" onmouseover="alert(1)',
    "</title></mj-title><mj-raw><script>alert(1)</script></mj-raw>",
    "@@opt_out_link@@ @@survey_link@@",
    "{{ facts }}{% raw %}",
    "<!--[if mso]><a href='https://evil.example'>x</a><![endif]-->",
    "&lt;b&gt; &amp;quot;",
)


class _Read(HTMLParser):
    """The text of a page, and its elements with the names of their attributes and links."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.text = ""
        self.elements: list[tuple[object, ...]] = []
        self.feed(page)

    def handle_data(self, data: str) -> None:
        self.text += data

    def handle_comment(self, data: str) -> None:
        self.elements.append(("comment", data))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, *[name for name, _ in attrs], dict(attrs).get("href")))


@pytest.mark.parametrize("value", HOSTILE)
@pytest.mark.parametrize("name", ["case_number", "subject"])
def test_values_from_the_case_system_stay_text(name: str, value: str) -> None:
    plain, html = closure_parts(replace(a_case(subject="Harmless"), **{name: value}))
    page = _Read(html)
    assert value in " ".join(plain.split())
    assert value in page.text
    harmless = _Read(closure_parts(a_case(subject="Harmless"))[1])
    assert page.elements == harmless.elements


def test_mjml_is_rendered_once_for_each_language_and_reason(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    rendered: list[str] = []

    def render(mjml: str) -> str:
        rendered.append(mjml)
        return mjml2html(mjml)

    context = replace(CONTEXT)
    monkeypatch.setattr("feedback_app.mail.message.mjml2html", render)
    for number in range(100):
        case = a_case(
            str(number),
            subject=f"Subject {number}",
            language=("en", "de")[number % 2],
            closure_reason=("confirmed", "no_reply")[number // 2 % 2],
        )
        _, html = closure_parts(case, context)
        assert f"Subject {number}<" in html
    assert len(rendered) == 4


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("reason", ["confirmed", "no_reply", "other", None])
def test_the_email_says_why_the_case_was_closed_and_what_to_do_next(
    language: str, reason: str | None
) -> None:
    reasons = {one.key: one for one in CONTEXT.facts.closure_reasons}
    told = [reasons[reason]] if reason else []
    for body in closure_parts(a_case(language=language, closure_reason=reason)):
        words = " ".join(body.split())
        assert [one for one in reasons.values() if one.explanation[language] in words] == told
        heading = told[0].help_heading[language] if told else NOT_SOLVED[language]
        assert heading in words.partition(CONTEXT.facts.contacts.portal_url)[0]


def test_the_subject_line_of_the_case_is_in_the_body_but_never_in_a_header() -> None:
    message = closure_text(a_case(subject="Checkout fails"))
    mail = message_from_string(message, policy=default)
    assert all("Subject: Checkout fails" in body for body in some(parts(mail)))
    assert "Checkout" not in message.partition("\r\n\r\n")[0]
    assert all("Subject:" not in body for body in some(closure_parts(a_case())))


@pytest.mark.parametrize("language", LANGUAGES)
def test_promises_about_replies_and_reopening_are_those_of_the_operator(language: str) -> None:
    for body in closure_parts(a_case(language=language)):
        assert not re.search(r"repl(y|ies)|antworten Sie auf", body, re.IGNORECASE)
    rules = {
        name: Text(dict.fromkeys(LANGUAGES, f"The rule of {name}."))
        for name in ("reopening", "closing_without_reply", "closure_email_replies")
    }
    practice = CONTEXT.facts.practice.model_copy(update=rules)
    facts = CONTEXT.facts.model_copy(update={"practice": practice})
    case = a_case(language=language, closure_reason="no_reply")
    for body in closure_parts(case, replace(CONTEXT, facts=facts)):
        for name in rules:
            assert f"The rule of {name}." in " ".join(body.split())


@pytest.mark.parametrize("language", LANGUAGES)
def test_lines_of_the_plain_text_are_short_and_links_have_their_own(language: str) -> None:
    case = a_case(language=language, subject="word " * 24, closure_reason="no_reply")
    plain, _ = closure_parts(case)
    for line in plain.splitlines():
        assert line.startswith("http") or len(line) <= 76
        assert line.startswith("http") or "http" not in line
    assert plain.count("\nhttp") == 9


@pytest.mark.parametrize("language", LANGUAGES)
def test_gmail_does_not_clip_the_longest_email(language: str) -> None:
    # Gmail hides what follows the first 102 kB, where the opt-out link is.
    case = a_case("&" * 200, subject="&" * 120, language=language, closure_reason="no_reply")
    _, html = closure_parts(case)
    assert len(html.encode()) < 50_000


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
        for body in some(parts(mail)):
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
    _, html = parts(message_from_string(message, policy=default))
    found = re.findall(r'<a href="([^"]+)"[^>]*>(.+?)</a>', html, re.DOTALL)
    links = [(link, " ".join(re.sub(r"<[^>]+>", "", label).split())) for link, label in found]
    ease = CONTEXT.facts.question("ease")
    assert links[:5] == [
        (f"{LINKS.survey}?ease={number}", f"{number} {point['en']}")
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
