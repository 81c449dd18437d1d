"""What became of an answer, in words, never the answer."""

from datetime import timedelta

import pytest

from feedback_app.store import follow_ups, progress, reading_queue
from tests.support.office import Customer, Office


@pytest.fixture
def customer(office: Office) -> Customer:
    """A customer who answered, low and with a comment."""
    one = Customer(office, office.invite())
    office.wait(minutes=1)
    one.send(ease="1", satisfaction="2", comment="My own words.")
    return one


def _steps(customer: Customer, query: str = "") -> str:
    return customer.open(query).text.split("<ol>")[1].split("</ol>")[0]


def test_a_new_answer_shows_received_and_the_next_steps(customer: Customer) -> None:
    steps = _steps(customer)
    assert "Received on 24 November 2026" in steps
    assert "Not read yet" in steps
    assert "Not discussed yet" in steps
    assert "Not handled yet" in steps


def test_each_step_has_its_date_in_the_teams_time_zone(customer: Customer) -> None:
    office, moment = customer.office, customer.office.now
    late_in_utc = moment.replace(hour=23, minute=30)
    with office.program.database.write() as tx:
        progress.mark_read(tx, customer.invitation_id, late_in_utc)
        tx.run("UPDATE progress SET discussed_at = :at", at=moment + timedelta(days=6))
        progress.mark_handled(tx, customer.invitation_id, moment + timedelta(days=7))
    steps = _steps(customer)
    assert "Read on 25 November 2026" in steps
    assert "Discussed in the weekly meeting on 30 November 2026" in steps
    assert "Handled on 1 December 2026" in steps
    assert "Besprochen in der wöchentlichen Teambesprechung am 30. November 2026" in _steps(
        customer, "?lang=de"
    )


def test_a_step_keeps_its_first_time(customer: Customer) -> None:
    office, moment = customer.office, customer.office.now
    with office.program.database.write() as tx:
        progress.mark_read(tx, customer.invitation_id, moment)
        progress.mark_read(tx, customer.invitation_id, moment + timedelta(days=9))
    assert progress.of_answer(office.program.database, customer.invitation_id).read_at == moment


def test_good_and_low_answers_have_the_same_final_state(office: Office) -> None:
    low, good, followed_up = (Customer(office, office.invite(number)) for number in "123")
    low.send(ease="1", satisfaction="1", comment="x")
    good.send(ease="5", satisfaction="5")
    followed_up.send(ease="1", satisfaction="1", comment="x", contact_welcome="y")
    with office.program.database.write() as tx:
        for customer in (low, good, followed_up):
            reading_queue.add(tx, customer.answers[-1])
            reading_queue.mark_read(tx, customer.invitation_id, 1, office.now)
        follow_ups.open_for(tx, followed_up.invitation_id, office.now, office.now.date())
        assert reading_queue.mark_discussed(tx, "2026-W48", office.now) == 3
    assert _steps(low) == _steps(good)
    assert "Handled on" in _steps(low)
    assert "Not handled yet" in _steps(followed_up)
    with office.program.database.write() as tx:
        follow_ups.close(tx, followed_up.invitation_id, 1, "contacted", "", office.now)
    assert _steps(followed_up) == _steps(good)


def test_the_page_never_shows_the_answer(customer: Customer) -> None:
    with customer.office.program.database.write() as tx:
        progress.mark_handled(tx, customer.invitation_id, customer.office.now)
    page = customer.open()
    facts = customer.office.program.facts
    for question in facts.questions:
        assert question.text["en"] not in page.text
        assert all(point["en"] not in page.text for point in question.points)
    assert "My own words." not in page.text


def test_an_answer_that_was_not_read_in_time_is_shown_as_unread(customer: Customer) -> None:
    customer.office.wait(days=300)
    assert "Not read yet" in _steps(customer)
