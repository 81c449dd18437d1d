"""A lead's action applies to what the page showed: a colleague's newer text is shown, not lost."""

import html
import re
import threading
from typing import Any

import pytest

from feedback_app.store import answer_status, answers, follow_ups, meetings
from published_results import read_folder
from tests.support.office import Customer, Office
from tests.support.team import Somebody, answered, publish_note, redact

WEEK = "2026-W48"
MEETING = f"/review/{WEEK}/meeting"


@pytest.fixture
def ann(team_office: Office) -> Somebody:
    return Somebody(team_office, "lead", "ann")


@pytest.fixture
def bob(team_office: Office) -> Somebody:
    return Somebody(team_office, "lead", "bob")


@pytest.fixture
def one(team_office: Office) -> str:
    return answered(team_office, "0001", 1, 1, comment="Slow. Mx Sample!", contact_welcome=True)


def fields_of(page: str, action: str) -> dict[str, str]:
    """Return the hidden fields of the form that is sent to `action`."""
    form = page.split(f'action="{action}"')[1].split("</form>")[0]
    found = dict(re.findall(r'type="hidden" name="([\w-]+)" value="([^"]*)"', form))
    return {name: html.unescape(value) for name, value in found.items() if name != "csrf_token"}


def typed_in(page: str, action: str) -> str:
    """Return the text in the text field of the form that is sent to `action`."""
    form = page.split(f'action="{action}"')[1].split("</form>")[0]
    return html.unescape(form.split("<textarea")[1].split(">\n", 1)[1].split("</textarea>")[0])


def change_answer(office: Office, invitation_id: str) -> None:
    """Let the customer change the answer."""
    customer = Customer(office, invitation_id)
    given = {"ease": "2", "satisfaction": "1", "comment": "Now solved", "contact_welcome": "y"}
    customer.send(**given, change=customer.value_in(customer.send(**given), "change"))


class TestClosing:
    """Both leads have the page of the same follow-up open."""

    def test_the_second_closing_shows_the_first_and_can_become_a_note(
        self, ann: Somebody, bob: Somebody, one: str
    ) -> None:
        place = f"/review/follow-ups/{one}"
        seen = fields_of(bob.get(place).text, f"{place}/close")
        ann.post(f"{place}/close", **seen, outcome="not_reached", remark="no <answer>")
        mine = "I spoke with her: patch by Friday"
        refused = bob.post(f"{place}/close", **seen, outcome="contacted", remark=mine)
        assert refused.status_code == 409
        assert "ann closed this follow-up on 24 Nov 2026" in refused.text
        assert "Not reached" in refused.text
        assert "no &lt;answer&gt;" in refused.text
        assert "Your outcome: Talked to the customer" in refused.text
        assert "Add my text as a note" in refused.text
        note = f"/review/answers/{one}/note"
        assert typed_in(refused.text, note) == mine
        assert bob.post(note, **fields_of(refused.text, note), text=mine).status_code == 303
        status = answer_status.of_answer(bob.office.program.database, one)
        assert status
        assert [kept.text for kept in status.notes] == [mine]
        (closed,) = follow_ups.of_answer(bob.office.program.database, one)
        assert (closed.outcome, closed.remark) == ("not_reached", "no <answer>")

    def test_the_same_closing_sent_twice_is_a_success(self, ann: Somebody, one: str) -> None:
        form = {"number": "1", "revision": "1", "outcome": "contacted", "remark": "All well"}
        for _ in range(2):
            assert ann.post(f"/review/follow-ups/{one}/close", **form).status_code == 303
        assert len(ann.office.rows("lead_actions")) == 1

    def test_a_page_about_the_first_follow_up_does_not_close_the_second(
        self, ann: Somebody, bob: Somebody, one: str
    ) -> None:
        form = {"number": "1", "revision": "1", "outcome": "contacted"}
        ann.post(f"/review/follow-ups/{one}/close", **form)
        ann.post(f"/review/answers/{one}/follow-up", revision="1", follow_ups="1")
        refused = bob.post(f"/review/follow-ups/{one}/close", **form, remark="Mine")
        assert refused.status_code == 409
        known = follow_ups.of_answer(ann.office.program.database, one)
        assert [follow_up.closed_at is None for follow_up in known] == [False, True]

    def test_an_answer_that_changed_is_shown_before_its_follow_up_is_closed(
        self, ann: Somebody, one: str
    ) -> None:
        place = f"/review/follow-ups/{one}/close"
        change_answer(ann.office, one)
        refused = ann.post(place, number="1", revision="1", outcome="contacted", remark="Mine")
        assert refused.status_code == 409
        assert "Now solved" in refused.text
        assert typed_in(refused.text, place) == "Mine"
        again = fields_of(refused.text, place)
        assert again["revision"] == "2"
        assert ann.post(place, **again, remark="Mine").status_code == 303


def test_a_plan_of_a_follow_up_that_a_colleague_changed_is_shown_first(
    ann: Somebody, bob: Somebody, one: str
) -> None:
    page = bob.get(f"/review/follow-ups/{one}").text
    place = f"/review/follow-ups/{one}/plan"
    seen = fields_of(page, place)
    ann.post(place, **seen, owner="Kim", due_on="2026-11-27")
    refused = bob.post(place, **seen, owner="Lou", due_on="2026-11-30")
    assert refused.status_code == 409
    assert "Kim · 2026-11-27" in refused.text
    assert typed_in(refused.text, place) == "Lou"
    again = fields_of(refused.text, place)
    assert bob.post(place, **again, owner="Lou", due_on="2026-11-30").status_code == 303
    (found,) = follow_ups.of_answer(ann.office.program.database, one)
    assert (found.owner, found.due_on.isoformat()) == ("Lou", "2026-11-30")


def test_a_follow_up_that_a_colleague_opened_and_closed_is_shown_first(
    ann: Somebody, bob: Somebody
) -> None:
    one = answered(ann.office, "0002", 1, 1)
    place = f"/review/answers/{one}/follow-up"
    seen = fields_of(bob.get(f"/review/answers/{one}").text, place)
    ann.post(place, **seen)
    form = {"number": "1", "revision": "1", "outcome": "contacted", "remark": "Done"}
    ann.post(f"/review/follow-ups/{one}/close", **form)
    refused = bob.post(place, **seen)
    assert refused.status_code == 409
    assert "ann closed this follow-up" in refused.text
    assert "Done" in refused.text
    assert len(ann.office.rows("follow_ups")) == 1
    assert bob.post(place, **fields_of(refused.text, place)).status_code == 303
    assert len(ann.office.rows("follow_ups")) == 2


@pytest.mark.parametrize(("action", "text"), [("read", {}), ("note", {"text": "Mine"})])
def test_an_answer_that_changed_is_shown_before_an_action_applies_to_it(
    ann: Somebody, one: str, action: str, text: dict[str, str]
) -> None:
    place = f"/review/answers/{one}/{action}"
    change_answer(ann.office, one)
    before = ann.office.rows("answers"), ann.office.rows("notes"), ann.office.rows("progress")
    refused = ann.post(place, revision="1", back="/review/unread", **text)
    assert refused.status_code == 409
    assert "The customer changed this answer" in refused.text
    assert "Now solved" in refused.text
    assert 'href="/review/unread"' in refused.text
    for mine in text.values():
        assert typed_in(refused.text, place) == mine
    assert fields_of(refused.text, place)["revision"] == "2"
    after = ann.office.rows("answers"), ann.office.rows("notes"), ann.office.rows("progress")
    assert after == before


def test_notes_of_two_leads_are_both_kept(ann: Somebody, bob: Somebody, one: str) -> None:
    place = f"/review/answers/{one}/note"
    seen = fields_of(bob.get(f"/review/answers/{one}").text, place)
    ann.post(place, **seen, text="Ann <asks>")
    assert bob.post(place, **seen, text="Bob asks").status_code == 303
    page = bob.get(f"/review/answers/{one}").text
    assert "Ann &lt;asks&gt;" in page
    assert "Bob asks" in page
    assert sorted(row["text"] for row in ann.office.rows("notes")) == ["Ann <asks>", "Bob asks"]


def test_a_note_that_is_sent_twice_is_stored_once(ann: Somebody, one: str) -> None:
    for _ in range(2):
        done = ann.post(f"/review/answers/{one}/note", revision="1", text="Once")
        assert done.status_code == 303
    assert len(ann.office.rows("notes")) == 1


def test_answers_that_changed_stay_unread_when_all_are_marked(ann: Somebody) -> None:
    changed, same = answered(ann.office, "0002"), answered(ann.office, "0003")
    change_answer(ann.office, changed)
    refused = ann.post("/review/read", answer=f"{changed}:1 {same}:1")
    assert refused.status_code == 409
    assert "1 customer changed an answer" in refused.text
    assert [invitation_id for invitation_id, _ in ann.office.unread()] == [changed]


class TestMeeting:
    """Both leads have the meeting open."""

    def test_minutes_that_both_typed_are_shown_and_both_are_kept(
        self, ann: Somebody, bob: Somebody, one: str
    ) -> None:
        place = f"{MEETING}/step"
        seen = fields_of(bob.get(f"{MEETING}?step=1").text, place)
        ann.post(place, **seen, minutes="Ann <asks>")
        refused = bob.post(place, **seen, minutes="Bob asks", text="Call them", go="2")
        assert refused.status_code == 409
        assert "Ann &lt;asks&gt;" in refused.text
        again = fields_of(refused.text, place)
        assert 'name="minutes">\nAnn &lt;asks&gt;\n\nBob asks</textarea>' in refused.text
        typed = {"minutes": "Ann <asks>\n\nBob asks", "text": "Call them"}
        done = bob.post(place, **{**again, **typed})
        assert done.location == f"{MEETING}?step=2"
        meeting = meetings.of_week(ann.office.program.database, WEEK)
        assert meeting.minutes_about(one) == "Ann <asks>\n\nBob asks"
        assert [decision.text for decision in meeting.decisions] == ["Call them"]

    def test_minutes_that_contain_a_colleagues_text_are_saved(
        self, ann: Somebody, bob: Somebody, one: str
    ) -> None:
        place = f"{MEETING}/step"
        seen = fields_of(bob.get(f"{MEETING}?step=1").text, place)
        ann.post(place, **seen, minutes="Ann asks")
        assert bob.post(place, **seen, minutes="Ann asks, Bob too").status_code == 303

    def test_decisions_of_two_leads_are_both_kept(
        self, ann: Somebody, bob: Somebody, one: str
    ) -> None:
        place = f"{MEETING}/step"
        seen = fields_of(bob.get(f"{MEETING}?step=1").text, place)
        ann.post(place, **seen, text="Call them")
        bob.post(place, **seen, text="Write to them")
        bob.post(place, **seen, text="Write to them")
        texts = sorted(row["text"] for row in ann.office.rows("decisions"))
        assert texts == ["Call them", "Write to them"], "a form that is sent twice adds one"

    def test_a_decision_that_a_colleague_changed_is_shown_before_it_is_replaced(
        self, ann: Somebody, bob: Somebody, one: str
    ) -> None:
        ann.post(f"{MEETING}/step", text="Call them")
        (row,) = ann.office.rows("decisions")
        place = f"/review/decisions/{row['id']}"
        seen = fields_of(bob.get("/review/decisions").text, place)
        ann.post(place, **seen, text="Call them", owner="Kim", due_on="2026-12-01")
        refused = bob.post(place, **seen, text="Visit them", owner="Lou", due_on="")
        assert refused.status_code == 409
        assert "Call them · Kim · 2026-12-01" in refused.text
        assert typed_in(refused.text, place) == "Visit them"
        assert bob.post(place, **seen, text="Call them", delete="y").status_code == 409
        again = fields_of(refused.text, place)
        assert bob.post(place, **again, text="Visit them", owner="Lou").status_code == 303
        (row,) = ann.office.rows("decisions")
        assert (row["text"], row["owner"], row["due_on"]) == ("Visit them", "Lou", None)
        seen = fields_of(bob.get("/review/decisions").text, place)
        for _ in range(2):
            assert bob.post(place, **seen, text="Visit them", owner="Lou", delete="y").location
        assert ann.office.rows("decisions") == []

    def test_what_is_typed_is_saved_by_every_button_of_its_step(
        self, ann: Somebody, one: str
    ) -> None:
        page = ann.get(f"{MEETING}?step=1").text
        assert 'form="step" name="go" value="2"' in page
        seen = fields_of(page, f"{MEETING}/step")
        done = ann.post(f"{MEETING}/step", **seen, text="By next", minutes="Next", go="2")
        assert done.location == f"{MEETING}?step=2"
        (first,) = ann.office.rows("decisions")
        assert (first["text"], first["invitation_id"]) == ("By next", one)
        seen = fields_of(ann.get(f"{MEETING}?step=2").text, f"{MEETING}/step")
        ended = ann.post(f"{MEETING}/end", **seen, text="By end", minutes="End")
        assert ended.location == f"/review/{WEEK}/minutes"
        meeting = meetings.of_week(ann.office.program.database, WEEK)
        assert sorted(decision.text for decision in meeting.decisions) == ["By end", "By next"]
        assert (meeting.minutes_about(one), meeting.minutes_about("")) == ("Next", "End")

    def test_moving_on_without_a_text_stores_nothing(self, ann: Somebody, one: str) -> None:
        before = ann.office.everything()
        done = ann.post(f"{MEETING}/step", go="2", step="1", text=" ", minutes=" ")
        assert done.location == f"{MEETING}?step=2"
        assert ann.office.everything() == before

    def test_what_is_typed_after_the_end_is_kept(
        self, ann: Somebody, bob: Somebody, one: str
    ) -> None:
        seen = fields_of(bob.get(f"{MEETING}?step=1").text, f"{MEETING}/step")
        ann.post(f"{MEETING}/end", answer=f"{one}:1")
        bob.post(f"{MEETING}/step", **seen, text="Not too late", minutes="Nor this")
        minutes = ann.get(f"/review/{WEEK}/minutes").text
        assert "Not too late" in minutes
        assert "Nor this" in minutes

    def test_an_end_after_the_end_discusses_what_its_page_showed(
        self, ann: Somebody, bob: Somebody, one: str
    ) -> None:
        shown = answered(ann.office, "0002", 1, 1)
        ann.post(f"{MEETING}/end", answer=f"{one}:1")
        late = answered(ann.office, "0003", 1, 1)
        assert bob.post(f"{MEETING}/end", answer=f"{one}:1 {shown}:1").status_code == 303
        assert [row["invitation_id"] for row in ann.office.rows("open_answers")] == [late]


def test_a_customer_note_is_shown_next_to_a_colleagues_and_both_are_published(
    ann: Somebody, bob: Somebody
) -> None:
    place = f"/review/{WEEK}/note"
    assert 'name="notes" value="0"' in bob.get(place).text
    publish_note(ann, place, notes="0", **{"text-en": "We answer on Saturdays."})
    mine = {"text-en": "We answer at night."}
    refused = publish_note(bob, place, notes="0", **mine)
    assert refused.status_code == 409
    assert "We answer on Saturdays." in refused.text
    assert typed_in(refused.text, place) == mine["text-en"]
    assert bob.post(place, **fields_of(refused.text, place), **mine).status_code == 303
    assert len(read_folder(ann.office.program.settings.results).notes) == 2


def test_an_answer_that_changed_is_previewed_again_before_words_are_redacted(
    ann: Somebody, one: str
) -> None:
    place = f"/review/answers/{one}/redact"
    seen = fields_of(ann.post(f"{place}/preview", words="Slow").text, place)
    change_answer(ann.office, one)
    before = ann.office.rows("answers")
    refused = ann.post(place, **seen)
    assert refused.status_code == 409
    assert "A text was changed in the meantime" in refused.text
    assert ann.office.rows("answers") == before
    assert ann.post(place, **fields_of(refused.text, place)).status_code == 303
    assert "Slow" not in str(ann.office.rows("answers"))


def test_a_redaction_of_words_that_a_colleague_redacted_first_changes_nothing(
    ann: Somebody, bob: Somebody, one: str
) -> None:
    place = f"/review/answers/{one}/redact"
    shown = bob.post(f"{place}/preview", revision="1", words="Mx Sample").text
    assert redact(ann, one, "Mx Sample").status_code == 303
    refused = bob.post(place, **fields_of(shown, place))
    assert refused.status_code == 422
    (answer,) = answers.revisions(ann.office.program.database, one)
    assert answer.comment == "Slow. ▇▇▇!"


@pytest.mark.parametrize("action", ["close", "minutes", "plan"])
def test_of_two_leads_at_the_same_time_one_is_asked(
    ann: Somebody, bob: Somebody, one: str, action: str
) -> None:
    place, name = {
        "close": (f"/review/follow-ups/{one}/close", "remark"),
        "minutes": (f"{MEETING}/step", "minutes"),
        "plan": (f"/review/follow-ups/{one}/plan", "owner"),
    }[action]
    form = {"revision": "1", "number": "1", "outcome": "contacted"}
    if action == "plan":
        form |= fields_of(ann.get(f"/review/follow-ups/{one}").text, place)
    assert sent_at_the_same_time((ann, bob), place, form, name) == [303, 409]


def test_two_leads_who_add_a_note_at_the_same_time_both_keep_it(
    ann: Somebody, bob: Somebody, one: str
) -> None:
    place = f"/review/answers/{one}/note"
    assert sent_at_the_same_time((ann, bob), place, {"revision": "1"}, "text") == [303, 303]
    assert sorted(row["text"] for row in ann.office.rows("notes")) == ["By ann", "By bob"]


def sent_at_the_same_time(
    both: tuple[Somebody, Somebody], place: str, form: dict[str, str], name: str
) -> list[int]:
    """Send the form for both leads, each with another text as `name`; return the statuses."""
    barrier, codes = threading.Barrier(2), []

    def send(lead: Somebody, token: Any) -> None:
        barrier.wait()
        fields = {**form, name: f"By {lead.name}", "csrf_token": token}
        codes.append(lead.browser.post(place, data=fields).status_code)

    tokens = [(lead, csrf_token(lead)) for lead in both]
    threads = [threading.Thread(target=send, args=pair) for pair in tokens]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(codes)


def csrf_token(lead: Somebody) -> str:
    found = re.search(r'name="csrf_token" value="([^"]*)"', lead.get("/review/unread").text)
    assert found
    return found[1]
