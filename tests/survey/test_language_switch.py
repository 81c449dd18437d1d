"""The language buttons of a page with typed text: they store nothing and lose nothing."""

from urllib.parse import quote

import pytest

from tests.support.office import Customer, Office

TYPED = {"ease": "2", "satisfaction": "1", "comment": "Ten minutes.", "contact_welcome": "y"}


@pytest.fixture
def customer(sqlite_office: Office) -> Customer:
    """A customer with a survey link."""
    return Customer(sqlite_office, sqlite_office.invite())


def test_a_complete_form_is_shown_in_the_other_language_and_not_stored(customer: Customer) -> None:
    before = customer.office.everything()
    shown = customer.send("?lang=de", lang="de", **TYPED)
    assert customer.office.everything() == before
    assert shown.status_code == 200
    assert '<html lang="de">' in shown.text
    for given in ('id="ease-2" value="2" checked', 'id="satisfaction-1" value="1" checked'):
        assert given in shown.text
    assert "Ten minutes.</textarea>" in shown.text
    assert 'name="contact_welcome" value="y" checked' in shown.text
    assert 'role="alert"' not in shown.text


def test_a_scanner_that_presses_a_language_button_stores_nothing(customer: Customer) -> None:
    before = customer.office.everything()
    assert customer.browser.post(f"{customer.path}?lang=de", data={"lang": "de"}).status_code == 200
    assert customer.browser.post(customer.path, data={**TYPED, "lang": "xx"}).status_code == 200
    assert customer.office.everything() == before


def test_a_page_with_errors_offers_the_other_language(customer: Customer) -> None:
    shown = customer.send("?lang=de", ease="4", comment="Kept.")
    assert shown.status_code == 422
    assert 'formaction="?lang=en">English</button>' in shown.text


def test_a_change_can_switch_the_language_and_still_be_sent(customer: Customer) -> None:
    customer.send(**TYPED)
    asked = customer.send(change="ask")
    fields = {name: customer.value_in(asked, name) for name in ("page", "change")}
    before = customer.office.everything()
    german = customer.send("?lang=de", lang="de", **{**TYPED, **fields, "ease": "5"})
    assert customer.office.everything() == before
    assert customer.value_in(german, "change") == fields["change"]
    assert "Ten minutes.</textarea>" in german.text
    sent = customer.send("?lang=de", **{**TYPED, **fields, "ease": "5"})
    assert sent.status_code == 303
    assert [answer.ease for answer in customer.answers] == [2, 5]


def test_the_why_page_keeps_its_text_and_its_answer(customer: Customer) -> None:
    place = customer.send(ease="1", satisfaction="1").location
    page = customer.browser.get(place)
    key = place.partition("?k=")[2]
    button = f'formaction="?k={quote(key)}&amp;lang=de">Deutsch</button>'
    assert button in page.text
    given = {"page": customer.value_in(page), "comment": "Slow."}
    before = customer.office.everything()
    german = f"{customer.path}/why?lang=de&k={key}"
    shown = customer.browser.post(german, data={**given, "lang": "de"})
    assert customer.office.everything() == before
    assert '<html lang="de">' in shown.text
    assert "Slow.</textarea>" in shown.text
    assert customer.browser.post(german, data=given).status_code == 303
    assert customer.answers[-1].comment == "Slow."


def test_an_expired_link_returns_the_text_in_the_chosen_language(customer: Customer) -> None:
    page = customer.office.page_token(customer.invitation_id)
    customer.office.wait(days=30)
    shown = customer.send("?lang=de", page=page, lang="de", **TYPED)
    assert shown.status_code == 410
    assert "Ten minutes.</textarea>" in shown.text
    assert customer.answers == []


def test_text_sent_too_late_is_returned_in_the_other_language(customer: Customer) -> None:
    customer.send(**TYPED)
    customer.office.wait(days=3)
    late = customer.send(ease="5", satisfaction="5", comment="Too late.")
    assert 'formaction="?lang=de">Deutsch</button>' in late.text
    before = customer.office.everything()
    german = customer.browser.post(f"{customer.path}?lang=de", data={"comment": "Too late."})
    switched = customer.browser.post(
        f"{customer.path}?lang=de", data={"comment": "Too late.", "lang": "de"}
    )
    assert customer.office.everything() == before
    for page in (german, switched):
        assert page.status_code == 409
        assert '<html lang="de">' in page.text
        assert "Too late.</textarea>" in page.text
        assert "Die Antwort lässt sich nicht mehr ändern." in page.text


def test_every_page_after_a_post_offers_the_other_language(customer: Customer) -> None:
    link = customer.office.program.opt_out_link(customer.invitation_id, "contact@customer.example")
    opt_out = link.removeprefix("http://survey.example")
    for path, data in ((opt_out, {}), (opt_out, {"wish": "stop"}), (customer.path[:-3], {})):
        shown = customer.browser.post(path, data=data).text
        assert '<a href="?lang=de" lang="de">Deutsch</a>' in shown
        assert '<html lang="de">' in customer.browser.get(f"{path}?lang=de").text
