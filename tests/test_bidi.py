"""Text from others cannot reorder what is written around it, wherever it is shown."""

import re
from email import message_from_bytes
from email.policy import default

import pytest

from feedback_app.base.text import isolated
from feedback_app.commands.links import link
from feedback_app.commands.review import answers
from feedback_app.reports.markdown_quoting import inline, quote
from tests.support.office import Customer, Office
from tests.support.team import Somebody, answered

# Overrides the direction, opens an isolate that nothing closes, and has right-to-left letters.
HOSTILE = "A\u202e1\u2066\u05d0\u05d1"
ISOLATED = "\u2068A1\u05d0\u05d1\u2069"
REORDERING = {*map(chr, range(0x202A, 0x202F)), "\u2066", "\u2067"}


def _is_balanced(text: str) -> bool:
    depth = 0
    for character in text:
        depth += {"\u2068": 1, "\u2069": -1}.get(character, 0)
        if depth < 0 or character in REORDERING or (character == "\n" and depth):
            return False
    return depth == 0


def test_isolated_text_is_balanced_on_each_line_and_other_text_stays() -> None:
    assert isolated(HOSTILE) == ISOLATED
    assert isolated(f"{HOSTILE}\nplain\u2028{HOSTILE}") == f"{ISOLATED}\nplain\n{ISOLATED}"
    assert isolated("Müller \u202e(1)") == "Müller (1)"
    assert isolated("abc\u2069") == "abc"


def test_the_survey_and_its_emails_isolate_the_case_number(office: Office) -> None:
    customer = Customer(office, office.invite(HOSTILE))
    assert ISOLATED in customer.open().text
    assert _is_balanced(customer.open().text)
    for path in office.mailbox.glob("*.eml"):
        message = message_from_bytes(path.read_bytes(), policy=default)
        parts = [message["Subject"], *(one.get_content() for one in message.iter_parts())]
        assert all(_is_balanced(part) for part in parts)
        assert any("\u05d0\u05d1" in part for part in parts)


def test_the_leads_pages_isolate_numbers_customers_and_comments(team_office: Office) -> None:
    lena = Somebody(team_office, "admin", "lena")
    one = answered(team_office, HOSTILE, 1, 1, comment=HOSTILE, customer=HOSTILE)
    lena.post(f"/review/answers/{one}/note", revision="1", text=HOSTILE)
    for place in (
        "unread",
        f"answers/{one}",
        "2026-W48/answers",
        "2026-W48/meeting?step=1",
        "audit-log",
    ):
        page = lena.get(f"/review/{place}")
        assert page.status_code == 200, place
        assert ISOLATED in page.text, place
        # Fields keep what was typed, and browsers isolate their text from the page.
        outside = re.sub(r'<textarea.*?</textarea>|value="[^"]*"', "", page.text, flags=re.DOTALL)
        assert _is_balanced(outside), place


def test_markdown_isolates_each_line() -> None:
    assert inline(HOSTILE) == ISOLATED
    assert quote(f"{HOSTILE}\n{HOSTILE}") == f"> {ISOLATED}  \n> {ISOLATED}"


@pytest.mark.parametrize("control", ["\u202e", "\u2066", "\u200f", "\u061c", "\u200b"])
def test_a_terminal_shows_invisible_characters(office: Office, control: str) -> None:
    answered(office, f"1{control}2", 5, 5, comment=f"a{control}b", source="one")
    office.wait(days=2)
    answered(office, f"1{control}2", 5, 5, source="two")
    shown = office.run(answers).stdout
    escape = ascii(control)[1:-1]
    assert control not in shown
    assert f"1{escape}2" in shown
    assert f"a{escape}b" in shown
    refused = office.run(link, f"1{control}2").stderr
    assert control not in refused
    assert f"case 1{escape}2" in refused
