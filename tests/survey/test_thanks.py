"""The thanks after an answer: they fit it, and promise only what the operator has set."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from support_facts import Text
from tests.support.office import Customer, Office

PROMISE = Text({"en": "A promise", "de": "Ein Versprechen"})
CONTACT = "Depending on your comment, the team lead may get in touch with you."
SORRY, GLAD = "We are sorry that this did not go well.", "We are glad that it went well."
NOT_ASKED = "We will not contact you about it, because you did not ask us to."
LOW = {"ease": "1", "satisfaction": "4", "comment": "Too slow."}


def _customer(office: Office, holidays: str | None = None, **practice: Any) -> Customer:
    """Return a customer of an operator with these values of [practice]."""
    facts = office.program.facts
    changed = {
        "practice": facts.practice.model_copy(update=practice),
        "organisation": facts.organisation.model_copy(update={"holidays": holidays}),
    }
    program = replace(office.program, facts=facts.model_copy(update=changed))
    return Customer(
        Office(program, office._traveller), office.invite(str(len(office.rows("cases"))))
    )


def _thanks(customer: Customer, query: str = "", **answer: str) -> str:
    return " ".join(customer.follow(customer.send(query, **answer)).text.split())


@pytest.mark.parametrize(
    ("ease", "satisfaction", "said"), [("4", "5", GLAD), ("3", "5", ""), ("2", "5", SORRY)]
)
def test_the_thanks_fit_the_answer(
    sqlite_office: Office, ease: str, satisfaction: str, said: str
) -> None:
    answer = {"ease": ease, "satisfaction": satisfaction, "comment": "Words."}
    shown = _thanks(_customer(sqlite_office), **answer)
    assert [text for text in (GLAD, SORRY) if text in shown] == ([said] if said else [])
    assert (NOT_ASKED in shown) == (said == SORRY)
    assert "We discuss feedback openly in our weekly team meeting." in shown
    assert "will show you what became of your answer." in shown


def test_contact_by_a_date_is_promised_only_with_consent_and_the_operators_promise(
    sqlite_office: Office,
) -> None:
    promising = _customer(sqlite_office, follow_up=PROMISE)
    assert NOT_ASKED in _thanks(promising, **LOW)
    wish = {**LOW, "contact_welcome": "y"}
    promising = _customer(sqlite_office, follow_up=PROMISE)
    assert "will contact you by Thursday, 26 November 2026." in _thanks(promising, **wish)
    silent = _thanks(_customer(sqlite_office), **wish)
    assert CONTACT in silent
    assert "will contact you" not in silent
    good = {"ease": "5", "satisfaction": "5", "contact_welcome": "y"}
    assert CONTACT in _thanks(_customer(sqlite_office, follow_up=PROMISE), **good)


def test_the_promised_date_skips_weekends_and_public_holidays(sqlite_office: Office) -> None:
    sqlite_office.now = datetime(2026, 12, 23, 12, tzinfo=UTC)
    customer = _customer(sqlite_office, "DE-BE", follow_up=PROMISE)
    shown = _thanks(customer, "?lang=de", **LOW, contact_welcome="y")
    assert "Die Teamleitung meldet sich bis Montag, 28. Dezember 2026 bei Ihnen." in shown
    assert customer.office.rows("follow_ups")[0]["due_on"] == "2026-12-28"


def test_consent_given_on_the_page_why_counts(sqlite_office: Office) -> None:
    customer = _customer(sqlite_office, follow_up=PROMISE)
    why = customer.send(ease="1", satisfaction="1")
    data = {"page": customer.value_in(customer.follow(why)), "contact_welcome": "y"}
    sent = customer.browser.post(why.location, data=data)
    assert "will contact you by Thursday" in customer.follow(sent).text


def test_somebody_who_merely_has_the_link_does_not_learn_that_the_answer_was_low(
    sqlite_office: Office,
) -> None:
    customer, other = _customer(sqlite_office), _customer(sqlite_office)
    customer.send(**LOW, contact_welcome="y")
    key = other.send(**LOW).location.partition("?")[2]
    for query in ("", "?k=", "?k=x", f"?{key}"):
        shown = customer.browser.get(f"{customer.path}/thanks{query}").text
        assert "Your answer for case 0 is stored." in shown
        assert not [text for text in (SORRY, GLAD, CONTACT, NOT_ASKED) if text in shown]


@pytest.mark.parametrize(
    ("weekday", "expected"),
    [
        (None, None),
        ("Monday", "The next meeting is on Monday, 30 November 2026."),
        ("Wednesday", "The next meeting is on Wednesday, 25 November 2026."),
        ("Tuesday", "The next meeting is on Tuesday, 1 December 2026."),
    ],
)
def test_the_next_meeting_is_named_if_the_operator_has_set_its_day(
    sqlite_office: Office, weekday: str | None, expected: str | None
) -> None:
    shown = _thanks(_customer(sqlite_office, weekly_meeting=weekday), ease="5", satisfaction="5")
    assert (expected or "our weekly team meeting.") in shown
    assert ("next meeting" in shown) == bool(expected)


def test_no_meeting_is_announced_for_a_public_holiday(sqlite_office: Office) -> None:
    sqlite_office.now = datetime(2026, 12, 23, 12, tzinfo=UTC)
    customer = _customer(sqlite_office, "DE-BE", weekly_meeting="Friday")
    assert "next meeting" not in _thanks(customer, ease="5", satisfaction="5")


def test_the_thanks_in_the_other_language_still_fit(sqlite_office: Office) -> None:
    customer = _customer(sqlite_office, weekly_meeting="Monday")
    thanks = customer.follow(customer.send(**LOW))
    link = thanks.text.split('<a href="?k=')[1].split('"')[0].replace("&amp;", "&")
    german = customer.browser.get(f"{customer.path}/thanks?k={link}").text
    assert "Es tut uns leid, dass es nicht gut gelaufen ist." in german
    assert "Die nächste Besprechung ist am Montag, 30. November 2026." in german
