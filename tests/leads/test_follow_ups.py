"""Follow-ups: opened by the answer, due, closed, and told to the customer as handled."""

import re
import threading
from urllib.parse import parse_qs, unquote, urlsplit

import pytest

from feedback_app.store import erasure, follow_ups, opt_outs
from tests.support.office import Customer, Office
from tests.support.team import Somebody, answered, words


@pytest.fixture
def lena(team_office: Office) -> Somebody:
    return Somebody(team_office, "lead", "lena")


def wished(office: Office, number: str = "0001", **case: str) -> str:
    return answered(office, number, 1, 2, comment="Slow", contact_welcome=True, **case)


def test_a_low_answer_with_consent_opens_a_follow_up(lena: Somebody) -> None:
    one = wished(lena.office)
    answered(lena.office, "0002", 1, 1)
    answered(lena.office, "0003", 5, 5, contact_welcome=True)
    (row,) = lena.office.rows("follow_ups")
    assert (row["invitation_id"], row["due_on"]) == (one, "2026-11-26")
    page = lena.get("/review/follow-ups").text
    assert "Open: 1" in page
    assert "Case 0001" in page


def test_consent_given_with_the_reason_opens_a_follow_up_too(lena: Somebody) -> None:
    customer = Customer(lena.office, lena.office.invite())
    why = customer.send(ease="1", satisfaction="1").location
    assert lena.office.rows("follow_ups") == []
    page = lena.office.page_token(customer.invitation_id)
    customer.browser.post(why, data={"page": page, "comment": "", "contact_welcome": "y"})
    assert len(lena.office.rows("follow_ups")) == 1


def test_an_overdue_follow_up_is_marked(lena: Somebody) -> None:
    wished(lena.office)
    assert "Overdue" not in lena.get("/review/follow-ups").text
    lena.office.wait(days=2)
    lena.sign_in("lena")
    assert "Overdue" not in lena.get("/review/follow-ups").text, "the day is not over"
    lena.office.wait(days=1)
    lena.sign_in("lena")
    assert "Overdue: was due 26 Nov 2026" in lena.get("/review/follow-ups").text
    assert "Open follow-ups 1 1 overdue" in words(lena.get("/review/2026-W48"))


def test_the_draft_opens_in_an_email_program_and_quotes_nothing(lena: Somebody) -> None:
    one = wished(lena.office, language="de")
    page = lena.get(f"/review/follow-ups/{one}").text
    link = page.split('href="mailto:')[1].split('"')[0].replace("&amp;", "&")
    parts = urlsplit(f"mailto:{link}")
    said = parse_qs(parts.query)
    assert unquote(parts.path) == "contact@customer.example"
    assert said["subject"] == ["Ihr Feedback zu Fall 0001"]
    assert said["body"][0].startswith("Guten Tag,\r\n\r\nvielen Dank")
    assert "Sie haben zugestimmt, dass wir uns bei Ihnen melden." in said["body"][0]
    assert "Slow" not in said["body"][0]


def test_a_draft_without_consent_or_address_has_a_warning(lena: Somebody) -> None:
    one = answered(lena.office, "0001", 3, 3)
    lena.post(f"/review/answers/{one}/follow-up", revision="1")
    with lena.office.program.database.write() as tx:
        tx.run("UPDATE cases SET contact_email = NULL")
    page = lena.get(f"/review/follow-ups/{one}").text
    assert "did not agree to be contacted" in page
    assert "The address is no longer stored here" in page
    assert "You agreed that we may contact you" not in page


def test_the_customer_only_sees_that_a_closed_follow_up_was_handled(lena: Somebody) -> None:
    one = wished(lena.office)
    place = f"/review/follow-ups/{one}/close"
    done = lena.post(place, number="1", revision="1", outcome="contacted", remark="Called <them>")
    assert done.location == "/review/follow-ups"
    page = lena.get("/review/follow-ups").text
    assert "Open: 0" in page
    assert "Called &lt;them&gt;" in page
    told = Customer(lena.office, one).open().text
    assert "Handled on" in told
    assert "Called" not in told
    lena.post(place, number="1", revision="1", outcome="not_needed", remark="again")
    (found,) = follow_ups.of_answer(lena.office.program.database, one)
    assert (found.outcome, found.remark) == ("contacted", "Called <them>")


def test_another_follow_up_can_be_opened_after_the_first_is_closed(lena: Somebody) -> None:
    one = wished(lena.office)
    answer, place = f"/review/answers/{one}", f"/review/follow-ups/{one}"
    lena.post(f"{answer}/follow-up", revision="1")
    assert len(lena.office.rows("follow_ups")) == 1, "one is open"
    assert "Needs another follow-up" not in lena.get(answer).text
    lena.post(
        f"{place}/close",
        number="1",
        revision="1",
        outcome="contacted",
        remark="They want it in writing",
    )
    (first,) = lena.office.rows("follow_ups")
    for page in (lena.get(answer).text, lena.get(place).text):
        assert "Needs another follow-up" in page
        assert 'name="follow_ups" value="1"' in page
    lena.office.wait(hours=1)
    lena.post(f"{answer}/follow-up", revision="1", follow_ups="0")
    assert lena.office.rows("follow_ups") == [first], "the page was older than the first"
    lena.post(f"{answer}/follow-up", revision="1", follow_ups="1", back=place)
    known = sorted(lena.office.rows("follow_ups"), key=lambda row: row["number"])
    assert known[0] == first, "what came of the first stays as it was"
    assert (known[1]["number"], known[1]["due_on"], known[1]["closed_at"]) == (
        2,
        "2026-11-26",
        None,
    )
    assert "Not handled yet" in Customer(lena.office, one).open().text
    page = lena.get(place).text
    assert "Closed 24 Nov 2026: Talked to the customer – They want it in writing" in page
    assert "Due 26 Nov 2026" in page
    overview = lena.get("/review/follow-ups").text
    assert "Open: 1" in overview
    assert "They want it in writing" in overview
    lena.office.wait(days=1)
    lena.sign_in("lena")
    lena.post(f"{place}/close", number="2", revision="1", outcome="not_reached")
    assert "Handled on 25 November 2026" in Customer(lena.office, one).open().text
    acts = [row["action"] for row in lena.office.rows("lead_actions")]
    assert sorted(acts) == ["follow-up closed", "follow-up closed", "follow-up opened"]


def test_an_answer_with_an_open_follow_up_is_not_handled(lena: Somebody) -> None:
    one = answered(lena.office, "0001", 3, 3)
    lena.post("/review/2026-W48/meeting/end", answer=f"{one}:1")
    assert "Handled on" in Customer(lena.office, one).open().text
    lena.post(f"/review/answers/{one}/follow-up", revision="1")
    assert "Not handled yet" in Customer(lena.office, one).open().text


def test_a_new_low_answer_after_the_follow_up_opens_another_one(lena: Somebody) -> None:
    one = wished(lena.office)
    lena.post(f"/review/follow-ups/{one}/close", number="1", revision="1", outcome="contacted")
    customer = Customer(lena.office, one)
    given = {"ease": "1", "satisfaction": "1", "comment": "Worse", "contact_welcome": "y"}
    customer.send(**given, change=customer.value_in(customer.send(**given), "change"))
    assert [row["closed_at"] is None for row in lena.office.rows("follow_ups")] == [False, True]


def test_simultaneous_requests_open_one_follow_up(lena: Somebody) -> None:
    one = wished(lena.office)
    lena.post(f"/review/follow-ups/{one}/close", number="1", revision="1", outcome="not_needed")
    database, now, opened = lena.office.program.database, lena.office.now, []
    barrier = threading.Barrier(4)

    def open_one() -> None:
        barrier.wait()
        with database.write() as tx:
            opened.append(follow_ups.open_for(tx, one, now, now.date()))

    threads = [threading.Thread(target=open_one) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(opened) == [False, False, False, True]
    assert [row["number"] for row in lena.office.rows("follow_ups")] == [1, 2]


@pytest.mark.parametrize(
    ("form", "status"),
    [
        ({}, 400),
        ({"outcome": "elsewhere"}, 400),
        ({"outcome": "contacted", "number": "x"}, 400),
        ({"outcome": "contacted", "number": "2"}, 404),
        ({"outcome": "contacted", "remark": "x" * 2001}, 422),
    ],
)
def test_a_follow_up_is_closed_with_one_of_three_outcomes(
    lena: Somebody, form: dict[str, str], status: int
) -> None:
    one = wished(lena.office)
    form = {"number": "1", "revision": "1", **form}
    assert lena.post(f"/review/follow-ups/{one}/close", **form).status_code == status
    (row,) = lena.office.rows("follow_ups")
    assert row["closed_at"] is None


def test_an_unknown_follow_up_is_not_found(lena: Somebody) -> None:
    answered_only = answered(lena.office, "0001")
    for one in ("nothing", answered_only):
        assert lena.get(f"/review/follow-ups/{one}").status_code == 404
        done = lena.post(
            f"/review/follow-ups/{one}/close", number="1", revision="1", outcome="contacted"
        )
        assert done.status_code == 404


def test_only_leads_see_the_customers_address(lena: Somebody) -> None:
    place = f"/review/follow-ups/{wished(lena.office)}"
    assert "contact@customer.example" in lena.get(place).text
    shown = Somebody(lena.office, "reader", "rita").get(place).text
    assert "Draft email" in shown
    assert "customer.example" not in shown
    assert "mailto:" not in shown


def test_a_follow_up_has_an_owner_and_a_due_date(lena: Somebody) -> None:
    one = wished(lena.office)
    place = f"/review/follow-ups/{one}"
    seen = re.findall(r'name="seen" value="(\w+)"', lena.get(place).text)[0]
    plan = {"number": "1", "seen": seen, "owner": " Kim\nLee ", "due_on": "2026-12-04"}
    assert lena.post(f"{place}/plan", **plan).location == place
    assert "Due 4 Dec 2026 · " in lena.get("/review/follow-ups").text
    assert "Kim Lee" in lena.get("/review/follow-ups").text
    seen = re.findall(r'name="seen" value="(\w+)"', lena.get(place).text)[0]
    tomorrow = {"number": "1", "seen": seen, "owner": "Kim Lee", "tomorrow": "y"}
    assert "Due next working day (25 Nov 2026)" in lena.get(place).text
    lena.post(f"{place}/plan", **tomorrow)
    (row,) = lena.office.rows("follow_ups")
    assert (row["owner"], row["due_on"]) == ("Kim Lee", "2026-11-25")
    assert lena.post(f"{place}/plan", **{**tomorrow, "owner": "x" * 101}).status_code == 422
    assert lena.post(f"{place}/plan", number="1", due_on="soon").status_code == 400


def test_the_next_working_day_is_no_weekend_and_no_public_holiday(
    lena: Somebody, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(vars(lena.office.program.facts.organisation), "holidays", "DE-BE")
    lena.office.wait(days=30)
    place = f"/review/follow-ups/{wished(lena.office)}"
    lena.sign_in("lena")
    assert "Due next working day (28 Dec 2026)" in lena.get(place).text, "24 Dec is a Thursday"


def test_the_list_shows_the_comment_and_the_notes(lena: Somebody) -> None:
    one = wished(lena.office)
    lena.post(f"/review/answers/{one}/note", revision="1", text="Their third case")
    page = lena.get("/review/follow-ups").text
    assert "Slow</blockquote>" in page
    assert "Their third case" in page
    assert "Their third case" in lena.get(f"/review/follow-ups/{one}").text


@pytest.mark.parametrize(
    ("scores", "offered", "said"),
    [
        ((1, 2), ["apology", "question"], "I have read your comment, and I am sorry"),
        ((3, 4), ["question", "thanks"], "I would like to understand your feedback better:"),
        ((5, 5), ["thanks", "question"], "I am glad that we could help you. Feedback like"),
    ],
)
def test_a_draft_suits_the_answer_and_praise_never_gets_an_apology(
    lena: Somebody, scores: tuple[int, int], offered: list[str], said: str
) -> None:
    one = answered(lena.office, "0001", *scores, comment="Words")
    lena.post(f"/review/answers/{one}/follow-up", revision="1")
    place = f"/review/follow-ups/{one}"
    page = lena.get(place).text
    assert re.findall(r'href="\?draft=(\w+)"', page) == offered
    assert said in page
    for situation in ("apology", "thanks", "question", "x"):
        is_sorry = "sorry" in lena.get(f"{place}?draft={situation}").text
        assert not is_sorry or "apology" in offered
    other = lena.get(f"{place}?draft={offered[1]}").text
    assert said not in other


def test_a_follow_up_closes_automatically_with_its_reason(lena: Somebody) -> None:
    one = wished(lena.office)
    two = wished(lena.office, "0002", contact_email="other@customer.example")
    wished(lena.office, "0003", contact_email="third@customer.example")
    with lena.office.program.database.write() as tx:
        opt_outs.add(tx, "OTHER@customer.example", lena.office.now)
        case_ref = lena.office.invitation(one).case_ref
        erasure.erase_case(tx, case_ref, one, lena.office.now)
    page = lena.get("/review/follow-ups").text
    assert "Open: 1" in page
    assert "Automatically, because the customer opted out" in page
    assert "Automatically, because the customer's data was erased" in page
    for closed in (one, two):
        shown = lena.get(f"/review/follow-ups/{closed}").text
        assert "Closed 24 Nov 2026: Automatically" in shown
        assert "Draft email" not in shown
