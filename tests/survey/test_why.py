"""Why a low answer was low: asked once, stored with its scores, and no word of it lost."""

from dataclasses import replace
from datetime import timedelta

import pytest

from feedback_app.app import create_app
from feedback_app.base.links import Links
from feedback_app.base.redaction import WantedWords
from feedback_app.store import answer_texts
from tests.support.office import KEY, Customer, Office

ONE_DAY = timedelta(hours=24)


@pytest.fixture
def customer(office: Office) -> Customer:
    """A customer who opened the link in the closure email a minute after it arrived."""
    invitation_id = office.invite()
    office.wait(minutes=1)
    return Customer(office, invitation_id)


class Reason:
    """The page that asks a customer why, which stays open behind the Back button."""

    def __init__(self, customer: Customer, ease: str = "1", **answer: str) -> None:
        self.customer = customer
        self.place = customer.send(ease=ease, satisfaction="4", **answer).location
        self.page = customer.value_in(customer.browser.get(self.place))

    def send(self, comment: str = "", **fields: str):
        """Send the reason from the page as it was opened."""
        data = {"page": self.page, "comment": comment, **fields}
        return self.customer.browser.post(self.place, data=data)


def texts(customer: Customer) -> list[str]:
    return [answer.comment for answer in customer.answers]


def test_the_page_of_a_comment_that_is_too_long_says_what_is_stored(customer: Customer) -> None:
    page = Reason(customer).send("x" * 4001)
    assert page.status_code == 422
    assert "Your scores are stored, but your comment is not yet." in page.text
    assert "Your answer is stored." not in page.text


def test_a_low_answer_is_stored_before_its_reason_is_requested(
    customer: Customer,
) -> None:
    first = customer.send(ease="1", satisfaction="4")
    assert "/why?" in first.location
    assert len(customer.answers) == 1
    why = customer.follow(first)
    assert "May we ask why?" in why.text
    sent = customer.browser.post(
        first.location,
        data={"page": customer.value_in(why), "comment": "Too slow.", "contact_welcome": "y"},
    )
    assert sent.location.count("/thanks?k=")
    newest = customer.answers[-1]
    assert (newest.revision, newest.ease, newest.comment) == (2, 1, "Too slow.")
    assert newest.contact_welcome


def test_an_empty_reason_leaves_the_answer_as_it_is(customer: Customer) -> None:
    first = customer.send(ease="1", satisfaction="4")
    sent = customer.browser.post(
        first.location, data={"page": customer.value_in(customer.follow(first)), "comment": "  "}
    )
    assert sent.location.count("/thanks?k=")
    assert len(customer.answers) == 1


def test_the_reason_is_not_requested_if_the_answer_cannot_be_changed(office: Office) -> None:
    office = office.ruled(edit_window_hours=0)
    customer = Customer(office, office.invite())
    assert customer.send(ease="1", satisfaction="4").location.count("/thanks?k=")


def test_the_same_reason_twice_is_one_revision(customer: Customer) -> None:
    first = customer.send(ease="1", satisfaction="4")
    data = {"page": customer.value_in(customer.follow(first)), "comment": "Too slow."}
    for _ in range(2):
        assert customer.browser.post(first.location, data=data).status_code == 303
    assert len(customer.answers) == 2


def test_the_same_reason_twice_is_one_revision_after_a_redaction(
    customer: Customer,
) -> None:
    reason = Reason(customer)
    reason.send("Mx Sample took a week.")
    with customer.office.program.database.write() as tx:
        assert answer_texts.redact(tx, customer.invitation_id, WantedWords("mx sample"))
    assert reason.send("Mx Sample took a week.").location.count("/thanks?k=")
    assert texts(customer) == ["", "▇▇▇ took a week."]
    assert reason.send("Mx Sample took a day.").location.count("/thanks?k=")
    assert texts(customer)[2:] == ["Mx Sample took a day."]


def test_a_redacted_name_is_not_restored_by_consent(customer: Customer) -> None:
    reason = Reason(customer)
    reason.send("Mx Sample took a week.")
    with customer.office.program.database.write() as tx:
        answer_texts.redact(tx, customer.invitation_id, WantedWords("mx sample"))
    reason.send("Mx Sample took a week.", contact_welcome="y")
    assert texts(customer) == ["", "▇▇▇ took a week.", "▇▇▇ took a week."]
    assert customer.answers[-1].contact_welcome


def test_another_reason_is_stored_if_the_first_is_redacted_completely(customer: Customer) -> None:
    reason = Reason(customer)
    reason.send("Mx Sample!")
    with customer.office.program.database.write() as tx:
        answer_texts.redact(tx, customer.invitation_id, WantedWords("mx sample"))
    reason.send("The outage of Monday.")
    assert texts(customer) == ["", "▇▇▇!", "The outage of Monday."]


def test_an_erased_reason_is_not_restored_by_its_old_request(
    customer: Customer,
) -> None:
    reason = Reason(customer)
    reason.send("Erase this.")
    office = customer.office
    office.erase("00012345")
    again = reason.send("Erase this.")
    assert again.status_code == 409
    assert "was not stored" in again.text
    assert [row["comment"] for row in office.rows("answers")] == [None, None]


def test_a_low_answer_with_a_reason_is_not_asked_for_it_again(customer: Customer) -> None:
    assert customer.send(ease="1", satisfaction="1", comment="Why.").location.count("/thanks?k=")


def test_the_reason_page_requires_the_key_from_the_redirect(customer: Customer) -> None:
    customer.send(ease="1", satisfaction="4")
    for query in ("", "?k=x", "?k=" + customer.office.program.links.sign("why", "A" * 22 + ":1")):
        page = customer.browser.get(f"{customer.path}/why{query}")
        assert page.status_code == 303
        assert page.location == customer.path


def test_a_second_reason_after_going_back_is_the_one_that_counts(customer: Customer) -> None:
    reason = Reason(customer)
    assert reason.send("A").location.count("/thanks?k=")
    assert reason.send("B").location.count("/thanks?k=")
    assert texts(customer) == ["", "A", "B"]
    assert {answer.ease for answer in customer.answers} == {1}
    assert len({answer.answered_week for answer in customer.answers}) == 1


def test_a_reason_sent_after_consent_keeps_the_consent(
    customer: Customer,
) -> None:
    reason = Reason(customer)
    reason.send(contact_welcome="y")
    assert reason.send("Too slow.").location.count("/thanks?k=")
    newest = customer.answers[-1]
    assert (newest.comment, newest.contact_welcome) == ("Too slow.", True)


def test_consent_given_with_the_answer_is_kept_with_the_reason(customer: Customer) -> None:
    Reason(customer, contact_welcome="y").send("Too slow.")
    assert customer.answers[-1].contact_welcome


def test_an_emptied_reason_does_not_remove_the_stored_one(customer: Customer) -> None:
    reason = Reason(customer)
    reason.send("Too slow.")
    reason.send("", contact_welcome="y")
    newest = customer.answers[-1]
    assert (newest.comment, newest.contact_welcome) == ("Too slow.", True)


def test_a_reason_for_changed_scores_is_shown_on_the_keep_or_change_page(
    customer: Customer,
) -> None:
    reason = Reason(customer)
    ask = customer.send(change="ask", page="")
    customer.send(ease="5", satisfaction="5", change=customer.value_in(ask, "change"))
    page = reason.send("Too slow.")
    assert page.status_code == 409
    assert "Too slow.</textarea>" in page.text
    assert texts(customer) == ["", ""]
    # The page was answered at another address, and must send to the survey's own.
    assert f'<form method="post" id="f" action="{customer.path}">' in page.text
    assert f'formaction="{customer.path}?lang=de"' in page.text
    change = customer.value_in(page, "change")
    customer.send(ease="2", satisfaction="5", comment="Too slow.", change=change)
    assert texts(customer) == ["", "", "Too slow."]


def test_a_reason_is_accepted_in_the_edit_window_and_shown_again_after_it(
    customer: Customer,
) -> None:
    reason = Reason(customer)
    answered_at = customer.answers[0].answered_at
    customer.office.now = answered_at + ONE_DAY - timedelta(seconds=1)
    assert reason.send("In time.").status_code == 303
    customer.office.now = answered_at + ONE_DAY
    assert reason.send("In time.").status_code == 303, "what is stored already is a success"
    page = reason.send("Too late.")
    assert page.status_code == 409
    assert "Too late.</textarea>" in page.text
    assert "was not stored" in page.text
    assert texts(customer) == ["", "In time."]
    assert customer.browser.get(reason.place).location == customer.path


def test_a_reason_with_an_invalid_key_or_link_is_shown_again(customer: Customer) -> None:
    reason = Reason(customer)
    data = {"page": reason.page, "comment": "Typed meanwhile."}
    keyless = customer.browser.post(f"{customer.path}/why?k=x", data=data)
    assert keyless.status_code == 409
    assert "time for changes is over" not in keyless.text
    assert 'name="change"' in keyless.text
    links = Links([KEY], valid_from=customer.office.now + timedelta(hours=1))
    parts = replace(customer.office.program, links=links)
    revoked = create_app(parts=parts).test_client().post(reason.place, data=data)
    assert revoked.status_code == 410
    customer.office.wait(hours=25)
    late = customer.browser.post(f"{customer.path}/why?k=x", data=data)
    assert "time for changes is over" in late.text
    for page in (keyless, revoked, late):
        assert "Typed meanwhile.</textarea>" in page.text
    assert texts(customer) == [""]


def test_a_reason_of_a_hundred_thousand_characters_is_refused_and_given_back(
    customer: Customer,
) -> None:
    reason = Reason(customer)
    words = "long " * 20_000
    page = reason.send(words)
    assert page.status_code == 422
    assert "Please shorten your comment" in page.text
    assert words in page.text
    assert texts(customer) == [""]
