"""Email scanners, in all combinations: they record, change and use up nothing.

Raw HTTP goes over a real server whose time the test lets pass.
"""

import http.client
import json
import random
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple
from urllib.parse import quote, unquote, urlencode, urlsplit

import pytest

from feedback_app.commands.review import answers as answers_command
from tests.support.office import Office, a_case, serving
from tests.support.some import some

FORM = {"Content-Type": "application/x-www-form-urlencoded"}
PERSON = {"User-Agent": "Mozilla/5.0", "Accept-Language": "en-GB,en;q=0.9"}
SCANNER = {"User-Agent": "Mozilla/5.0 (compatible; link check)"}
SCANNER_ADDRESS = "127.0.0.2"


class Page(NamedTuple):
    """An answer of the server."""

    status: int
    text: str
    headers: http.client.HTTPMessage


class Mail:
    """A delivered closure email, the server of its links, and the clients that open them."""

    def __init__(self, office: Office, port: int) -> None:
        self.office, self.port = office, port
        receipt = office.receive(a_case())
        office.deliver()
        office.wait(minutes=2)
        assert receipt.invitation_id
        self.invitation_id = receipt.invitation_id
        mail = office.mails()[0]
        text = mail.get_body(("plain",)).get_content()
        html = mail.get_body(("html",)).get_content()
        found = re.findall(r"http://survey\.example(/[^\s\"<>]*)", text + html)
        self.ratings = [link for link in found if "ease=" in link]
        self.links = [*found, urlsplit(mail["List-Unsubscribe"].strip("<>")).path]
        self.path = self.ratings[0].partition("?")[0]

    def ask(
        self,
        method: str,
        path: str,
        headers: dict[str, str] | None = None,
        fields: dict[str, str] | None = None,
        address: str = "127.0.0.1",
    ) -> Page:
        connection = http.client.HTTPConnection(
            "127.0.0.1", self.port, timeout=30, source_address=(address, 0)
        )
        body = None if fields is None else urlencode(fields)
        connection.request(method, path, body, {**(headers or SCANNER), **(FORM if body else {})})
        response = connection.getresponse()
        page = Page(response.status, response.read().decode(), response.headers)
        connection.close()
        return page

    def scan(self, *methods: str, headers: dict[str, str] | None = None) -> list[Page]:
        """Request every link of the email with every method, from the scanner's address."""
        return [
            self.ask(method, link, {**SCANNER, **(headers or {})}, address=SCANNER_ADDRESS)
            for link in self.links
            for method in methods
        ]

    def opened(self, query: str = "", name: str = "page") -> str:
        """Open the link as a person does and return a hidden value of the page."""
        return hidden(self.ask("GET", self.path + query, PERSON), name)

    def answer(self, **fields: str) -> Page:
        """Answer as a person does, in twenty seconds."""
        value = self.opened("?ease=4")
        self.office.wait(seconds=20)
        given = {"page": value, "ease": "4", "satisfaction": "5", **fields}
        return self.ask("POST", self.path, PERSON, given)

    @property
    def stored(self) -> list[tuple[int, int, int]]:
        answers = self.office.answers(self.invitation_id)
        return [(one.revision, one.ease, one.satisfaction) for one in answers]

    @property
    def flags(self) -> list[str]:
        """Return the flags as `feedback answers` shows them to leads."""
        shown = json.loads(self.office.run(answers_command, "--json").output)
        return list(shown[0]["flags"])


def hidden(page: Page, name: str) -> str:
    return page.text.split(f'name="{name}" value="')[1].split('"')[0]


def chosen(page: Page) -> list[str]:
    """Return the points that are preselected on a page."""
    return re.findall(r'id="([\w-]+)" value="\d" checked', page.text)


@pytest.fixture
def mail(office: Office) -> Iterator[Mail]:
    """A closure email that was delivered two minutes ago."""
    with serving(office.program) as port:
        yield Mail(office, port)


def assert_a_person_can_still_answer(mail: Mail) -> None:
    assert mail.stored == []
    assert mail.answer().status == 303
    assert mail.stored == [(1, 4, 5)]
    assert mail.flags == []


def test_the_email_has_ten_rating_links_and_one_to_opt_out(mail: Mail) -> None:
    assert sorted(link[-1] for link in mail.ratings) == sorted("1122334455")
    assert {link.partition("?")[0] for link in mail.ratings} == {mail.path}
    assert sum(link.startswith("/o/") for link in mail.links) >= 2


def test_head_and_get_of_all_links_before_delivery_write_nothing(mail: Mail) -> None:
    before = mail.office.everything()
    for _ in range(2):
        mail.scan("HEAD", "GET", "OPTIONS")
    assert mail.office.everything() == before
    assert_a_person_can_still_answer(mail)


def test_opening_all_rating_links_within_a_second_stores_nothing(mail: Mail) -> None:
    before = mail.office.everything()
    for seed in range(5):
        links = random.Random(seed).sample(mail.ratings, len(mail.ratings))
        with ThreadPoolExecutor(10) as scanners:
            pages = list(scanners.map(lambda link: mail.ask("GET", link), links))
        for link, page in zip(links, pages, strict=True):
            assert chosen(page) == [f"ease-{link[-1]}"], "only its own link's choice"
    assert mail.office.everything() == before
    assert_a_person_can_still_answer(mail)


@pytest.mark.parametrize(
    "header",
    [{"Sec-Purpose": "prefetch;prerender"}, {"Purpose": "prefetch"}, {"X-Moz": "prefetch"}],
)
def test_a_prefetch_writes_nothing_and_does_not_use_up_the_link(
    mail: Mail, header: dict[str, str]
) -> None:
    before = mail.office.everything()
    assert {page.status for page in mail.scan("GET", headers=header)} <= {200, 404}
    assert mail.office.everything() == before
    assert_a_person_can_still_answer(mail)


def test_a_prefetched_post_is_stored_with_a_flag(mail: Mail) -> None:
    value = mail.opened()
    mail.office.wait(seconds=20)
    given = {"page": value, "ease": "4", "satisfaction": "5"}
    headers = {**PERSON, "Sec-Purpose": "prefetch"}
    assert mail.ask("POST", mail.path, headers, given).status == 303
    assert mail.flags == ["prefetch"]


@pytest.mark.parametrize("choice", [{}, {"ease": "1"}, {"ease": "3", "comment": "x"}])
def test_sending_without_both_scores_stores_nothing(mail: Mail, choice: dict[str, str]) -> None:
    before = mail.office.everything()
    page = mail.ask("POST", mail.path, SCANNER, {"page": mail.opened("?ease=1"), **choice})
    assert page.status == 422
    assert mail.office.everything() == before
    assert_a_person_can_still_answer(mail)


def test_a_post_without_an_opened_page_stores_nothing(mail: Mail) -> None:
    before = mail.office.everything()
    both = {"ease": "1", "satisfaction": "1"}
    for link in mail.ratings:
        assert mail.ask("POST", link, SCANNER, both).status == 422
    assert mail.office.everything() == before
    assert_a_person_can_still_answer(mail)


def test_the_same_post_35_seconds_later_from_another_address_is_a_duplicate(mail: Mail) -> None:
    given = {"page": mail.opened("?ease=4"), "ease": "4", "satisfaction": "5", "comment": "Good."}
    mail.office.wait(seconds=20)
    assert mail.ask("POST", mail.path, PERSON, given).status == 303
    before = mail.office.everything()
    mail.office.wait(seconds=35)
    replay = mail.ask("POST", mail.path, SCANNER, given, SCANNER_ADDRESS)
    assert replay.status == 303, "the same values again are a success"
    assert mail.office.everything() == before


@pytest.mark.parametrize("fresh_page", [False, True])
def test_other_scores_35_seconds_later_change_nothing_and_are_flagged(
    mail: Mail, fresh_page: bool
) -> None:
    value = mail.opened("?ease=4")
    mail.answer(page=value)
    mail.office.wait(seconds=35)
    if fresh_page:
        value = mail.office.page_token(mail.invitation_id)
    others = {"page": value, "ease": "1", "satisfaction": "1", "comment": "Not me."}
    page = mail.ask("POST", mail.path, SCANNER, others, SCANNER_ADDRESS)
    assert page.status == 409
    assert chosen(page) == []
    assert mail.stored == [(1, 4, 5)]
    assert mail.flags == ["other_values"]


def test_other_scores_with_an_old_revision_change_nothing(mail: Mail) -> None:
    mail.answer()
    asked = mail.ask("POST", mail.path, PERSON, {"change": "ask"})
    change = {"page": hidden(asked, "page"), "change": hidden(asked, "change")}
    mail.office.wait(seconds=20)
    changed = mail.ask("POST", mail.path, PERSON, {**change, "ease": "3", "satisfaction": "3"})
    assert changed.status == 303
    mail.office.wait(seconds=35)
    others = {**change, "ease": "1", "satisfaction": "1"}
    assert mail.ask("POST", mail.path, SCANNER, others, SCANNER_ADDRESS).status == 409
    assert mail.stored == [(1, 4, 5), (2, 3, 3)]


@pytest.mark.parametrize("first_welcome", [True, False])
def test_a_repeated_old_reason_does_not_replace_a_newer_one(
    mail: Mail, first_welcome: bool
) -> None:
    def welcome(given: bool) -> dict[str, str]:
        return {"contact_welcome": "y"} if given else {}

    why = mail.answer(ease="1").headers["Location"]
    page = hidden(mail.ask("GET", why, PERSON), "page")
    first = {"page": page, "comment": "Too slow.", **welcome(first_welcome)}
    assert mail.ask("POST", why, PERSON, first).status == 303
    asked = mail.ask("POST", mail.path, PERSON, {"change": "ask"})
    changed = {name: hidden(asked, name) for name in ("page", "change")}
    mail.office.wait(seconds=20)
    newer = {**changed, "ease": "1", "satisfaction": "5", "comment": "Newer words."}
    newer |= welcome(not first_welcome)
    assert mail.ask("POST", mail.path, PERSON, newer).status == 303
    before = mail.office.everything()
    mail.office.wait(seconds=35)
    assert mail.ask("POST", why, SCANNER, first, SCANNER_ADDRESS).status == 303
    assert mail.office.everything() == before
    newest = mail.office.answers(mail.invitation_id)[-1]
    assert (newest.comment, newest.contact_welcome) == ("Newer words.", not first_welcome)


def test_a_late_crawl_changes_and_reveals_nothing(mail: Mail) -> None:
    mail.answer(ease="1", comment="My own words.")
    before = mail.office.everything()
    facts = mail.office.program.facts
    for days in (0, 1, 20):
        mail.office.wait(days=days)
        pages = mail.scan("HEAD", "GET")
        assert mail.office.everything() == before
        for page in pages:
            assert "My own words." not in page.text
            assert all(point["en"] not in page.text for point in facts.question("ease").points)


def _spoiled(path: str) -> list[str]:
    """Return the variants of a rating link that email programs and scanners create."""
    token = path.removeprefix("/f/").partition("?")[0]
    return [
        path.upper(),
        "/f/" + token.upper(),
        "/f/" + token.lower(),
        *(f"/f/{token[:length]}" for length in (1, 10, 22, len(token) - 1)),
        path + "%3D%3D",
        path.replace("?ease=", "?EASE="),
        path.replace("?ease=", "?ease=3D"),
        path.replace("?", "&amp;"),
        path + "&utm_source=email&ease=5",
        "/?url=" + quote(f"http://survey.example{path}", safe=""),
        "/f/" + token + "%00",
        "//" + path,
    ]


def test_broken_links_show_a_helpful_page_and_do_nothing(mail: Mail) -> None:
    before = mail.office.everything()
    both = {"ease": "1", "satisfaction": "1"}
    for spoiled in some(_spoiled(mail.ratings[0])):
        for page in (mail.ask("GET", spoiled), mail.ask("POST", spoiled, SCANNER, both)):
            assert page.status in (200, 404, 405, 422), spoiled
    assert mail.office.everything() == before
    assert_a_person_can_still_answer(mail)


@pytest.mark.parametrize("ending", [".", ",", ")", "%3E", "%22", "%20", "%C2%BB", ")."])
def test_a_link_works_with_punctuation_after_it(mail: Mail, ending: str) -> None:
    mail.path += ending
    assert_a_person_can_still_answer(mail)


@pytest.mark.parametrize("gap", ["%20", "%0A", "%0D%0A%20", "%09"])
def test_a_link_wrapped_over_two_lines_still_works(mail: Mail, gap: str) -> None:
    mail.path = mail.path[:30] + gap + mail.path[30:]
    assert_a_person_can_still_answer(mail)


def test_a_link_rewritten_by_a_scanner_works(mail: Mail) -> None:
    wrapped = f"https://scanner.example/?url={quote('http://survey.example' + mail.ratings[3])}&d=1"
    inside = unquote(wrapped.partition("url=")[2].partition("&d=")[0])
    mail.path = urlsplit(inside).path
    assert_a_person_can_still_answer(mail)


def test_every_encoding_of_a_link_is_the_same_link(mail: Mail) -> None:
    mail.answer()
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    spellings = [mail.path[:-1] + letter for letter in letters]
    answered = [path for path in spellings if mail.ask("GET", path).status == 200]
    assert len(answered) == 4, "unused bits of the last letter are not signed"
    others = {"page": mail.office.page_token(mail.invitation_id), "ease": "1"}
    for path in answered:
        page = mail.ask("POST", path, SCANNER, {**others, "satisfaction": "1"})
        assert page.status == 409
    assert mail.stored == [(1, 4, 5)]
