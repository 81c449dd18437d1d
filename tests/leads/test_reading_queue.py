"""The leads' desk: nothing falls off it unread, and what lies there is known without counting."""

from collections import Counter

import pytest

from feedback_app.base.weeks import week_of
from feedback_app.database.contract import Database
from feedback_app.store import progress, reading_queue, week_scores
from feedback_app.store.answers import revisions
from tests.support.office import Customer, Office
from tests.support.team import Somebody, answered

WEEK = "2026-W48"


def _unread(office: Office) -> list[str]:
    return [one for one, _ in office.unread()]


def test_an_answer_is_in_the_reading_queue_until_it_is_read_and_discussed(office: Office) -> None:
    one, other = answered(office, "1"), answered(office, "2")
    database = office.program.database
    assert sorted(_unread(office)) == sorted([one, other])
    with database.write() as tx:
        assert reading_queue.mark_read(tx, one, 1, office.now)
        assert reading_queue.mark_discussed(tx, WEEK, office.now) == 1
    assert _unread(office) == [other]
    assert progress.of_answer(database, one).discussed_week == WEEK
    assert progress.of_answer(database, other).discussed_at is None
    assert reading_queue.undiscussed(database, "2026-W49", 100) == [other]


def test_a_changed_answer_is_unread_again(office: Office) -> None:
    customer = Customer(office, office.invite())
    customer.send(ease="5", satisfaction="5")
    with office.program.database.write() as tx:
        reading_queue.mark_read(tx, customer.invitation_id, 1, office.now)
        reading_queue.mark_discussed(tx, WEEK, office.now)
    asked = customer.send(ease="1", satisfaction="1")
    change = customer.value_in(asked, "change")
    customer.send(ease="1", satisfaction="1", change=change)
    assert len(customer.answers) == 2
    assert _unread(office) == [customer.invitation_id]


def test_a_revision_that_arrived_while_a_lead_was_reading_stays_unread(office: Office) -> None:
    customer = Customer(office, office.invite())
    customer.send(ease="5", satisfaction="5")
    asked = customer.send(ease="1", satisfaction="1")
    customer.send(ease="1", satisfaction="1", change=customer.value_in(asked, "change"))
    with office.program.database.write() as tx:
        assert not reading_queue.mark_read(tx, customer.invitation_id, 1, office.now)
    assert _unread(office) == [customer.invitation_id]


def test_the_meeting_includes_earlier_weeks_but_not_later_ones(office: Office) -> None:
    early = answered(office, "1")
    office.wait(days=7)
    late = answered(office, "2")
    with office.program.database.write() as tx:
        for one in (early, late):
            reading_queue.mark_read(tx, one, 1, office.now)
        assert reading_queue.mark_discussed(tx, WEEK, office.now) == 1
    assert progress.of_answer(office.program.database, late).discussed_at is None
    with office.program.database.write() as tx:
        assert reading_queue.mark_discussed(tx, "2026-W49", office.now) == 1


def _counted(database: Database, first: str, last: str) -> Counter[tuple[str, int, int]]:
    counts: Counter[tuple[str, int, int]] = Counter()
    for week, ease, satisfaction, answers in week_scores.between(database, first, last, 1):
        counts[week, ease, satisfaction] += answers
    return counts


def test_the_scores_of_a_week_are_those_of_the_newest_revisions(office: Office) -> None:
    ids = [answered(office, "1", 5, 5), answered(office, "2", 5, 5), answered(office, "3", 2, 4)]
    customer = Customer(office, ids[0])
    asked = customer.send(ease="1", satisfaction="3")
    customer.send(ease="1", satisfaction="3", change=customer.value_in(asked, "change"))
    office.wait(days=7)
    ids.append(answered(office, "4", 3, 3))
    database, zone = office.program.database, office.program.zone
    newest = [revisions(database, one) for one in ids]
    by_hand = Counter(
        (week_of(known[0].answered_at, zone), known[-1].ease, known[-1].satisfaction)
        for known in newest
    )
    assert _counted(database, WEEK, "2026-W49") == by_hand
    assert _counted(database, "2026-W49", "2026-W49").total() == 1


def test_a_reason_added_later_is_not_counted_twice(office: Office) -> None:
    customer = Customer(office, office.invite())
    why = customer.send(ease="1", satisfaction="1").location
    page = office.page_token(customer.invitation_id)
    customer.browser.post(why, data={"page": page, "comment": "Because."})
    assert len(customer.answers) == 2
    assert _counted(office.program.database, WEEK, WEEK) == {(WEEK, 1, 1): 1}


@pytest.fixture
def lena(team_office: Office) -> Somebody:
    return Somebody(team_office, "lead", "lena")


def _open_answer(page: str) -> str:
    """Return the invitation of the answer that the reader shows."""
    return page.split('data-answer="')[1].split('"')[0]


def test_the_queue_lists_the_week_and_moves_on_after_each_answer(lena: Somebody) -> None:
    high = answered(lena.office, "0003", 5, 5, comment="Fine")
    low = answered(lena.office, "0001", 1, 1, comment="Slow")
    middle = answered(lena.office, "0002", 3, 3)
    for at, one in enumerate((low, middle, high)):
        page = lena.get(f"/review/unread?after={one}" if at == 3 else "/review/unread").text
        assert _open_answer(page) == one
        assert f"{at} of 3 read" in page
        assert page.count("queue__line") == 3 - at
        back = page.split('name="back" value="')[1].split('"')[0].replace("&amp;", "&")
        done = lena.post(f"/review/answers/{one}/read", revision="1", back=back)
        assert f"after={one}" in done.location
    assert "Everything has been read" in lena.get(done.location).text


def test_answers_that_were_skipped_come_again_at_the_end(lena: Somebody) -> None:
    low = answered(lena.office, "0001", 1, 1)
    high = answered(lena.office, "0002", 5, 5)
    assert _open_answer(lena.get(f"/review/unread?after={low}").text) == high
    assert _open_answer(lena.get(f"/review/unread?after={high}").text) == low


def test_the_script_gets_the_reader_alone(lena: Somebody) -> None:
    one = answered(lena.office, "0001", 1, 1)
    path = f"/review/unread?answer={one}"
    part = lena.browser.get(path, headers={"X-Fragment": "1"})
    assert part.text.lstrip().startswith("<section")
    assert _open_answer(part.text) == _open_answer(lena.get(path).text) == one
    assert f'data-unread="{one}"' in part.text
    assert lena.get("/review/unread?answer=nothing").status_code == 404
    assert lena.get("/review/unread?week=%00&after=").status_code == 200


def test_answers_without_a_comment_are_read_together_but_low_ones_are_not(lena: Somebody) -> None:
    low = answered(lena.office, "0001", 1, 1)
    commented = answered(lena.office, "0002", comment="Fine")
    silent = [answered(lena.office, number) for number in ("0003", "0004")]
    page = lena.get("/review/unread").text
    assert "Mark 2 answers as read: no comment, no low score" in page
    listed = page.split('name="answer" value="')[1].split('"')[0]
    assert set(listed.split()) == {f"{one}:1" for one in silent}
    assert lena.post("/review/read", answer=listed).status_code == 303
    assert set(_unread(lena.office)) == {low, commented}


def test_leads_see_who_else_reads_the_same_week(lena: Somebody) -> None:
    one, _ = (answered(lena.office, number) for number in ("0001", "0002"))
    otto = Somebody(lena.office, "lead", "otto")
    assert "Also reading" not in otto.get("/review/unread").text
    lena.post(f"/review/answers/{one}/read", revision="1")
    assert "Also reading: lena" in otto.get("/review/unread").text
    assert "Also reading" not in lena.get("/review/unread").text
    lena.office.wait(minutes=6)
    assert "Also reading" not in otto.get("/review/unread").text
