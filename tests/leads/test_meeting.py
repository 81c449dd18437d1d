"""The meeting: every answer is shown, decided about, and told to be discussed."""

import re
from datetime import timedelta
from typing import Any

import markdown
import pytest

from feedback_app.store import decisions, meetings, progress, reading_queue
from tests.support.office import Customer, Office
from tests.support.team import Somebody, redact, value_in
from tests.support.team import answered as answered_by

WEEK = "2026-W48"
MEETING = f"/review/{WEEK}/meeting"


@pytest.fixture
def lena(team_office: Office) -> Somebody:
    return Somebody(team_office, "lead", "lena")


def answered(
    office: Office, number: str, ease: int = 5, satisfaction: int = 5, **given: Any
) -> str:
    """Answer a case. The meeting shows an unread low comment only if contact is welcome."""
    given = {"contact_welcome": min(ease, satisfaction) <= 2, **given}
    return answered_by(office, number, ease, satisfaction, **given)


def end(lena: Somebody, week: str = WEEK) -> str:
    """Go to the last step, send the fields of its form, and return the minutes."""
    page = lena.get(f"/review/{week}/meeting?step=999").text
    done = lena.post(f"/review/{week}/meeting/end", **hidden_in(page))
    assert done.location == f"/review/{week}/minutes"
    return str(lena.get(f"/review/{week}/minutes").text)


def hidden_in(page: str) -> dict[str, str]:
    """Return the hidden fields of the form of a step."""
    form = page.split('id="step"')[1].split("</form>")[0]
    fields = dict(re.findall(r'name="(\w+)" value="([^"]*)"', form))
    return {name: value for name, value in fields.items() if name != "csrf_token"}


def as_markdown(lena: Somebody, week: str = WEEK) -> Any:
    return lena.post(f"/review/{week}/minutes.md")


def start(lena: Somebody, *left_off: str, extra: tuple[str, ...] = ()) -> Any:
    """Save the agenda that the first step shows, without some answers and with `extra` ones."""
    page = lena.get(MEETING).text
    ticked = re.findall(r'name="pick"\s+value="([^"]+)"\s+checked', page)
    picked = [*extra, *(one for one in ticked if one not in left_off)]
    return lena.post(f"{MEETING}/agenda", **hidden_in(page), pick=picked, go="1")


def test_low_answers_with_a_comment_praise_and_starred_answers_are_on_the_agenda(
    lena: Somebody,
) -> None:
    answered(lena.office, "FINE", 5, 5)
    answered(lena.office, "MIDDLING", 3, 4, comment="Well")
    answered(lena.office, "PRAISE", 4, 5, comment="Nice")
    starred = answered(lena.office, "STARRED", 3, 3)
    answered(lena.office, "BAD", 2, 4)
    answered(lena.office, "WORST", 1, 1, comment="No")
    lena.post(f"/review/answers/{starred}/note", revision="1", text="Please discuss")
    for step, number in enumerate(("WORST", "STARRED", "PRAISE"), 1):
        page = lena.get(f"{MEETING}?step={step}").text
        assert f"Case {number}" in page
        assert f"{step} of 3" in page
    last = lena.get(f"{MEETING}?step=4").text
    assert "Case FINE" in last
    assert "Case BAD" in last
    assert "Case MIDDLING" not in last, "it has a comment and was not chosen"
    assert "End the meeting" in last


def test_the_chosen_answers_are_discussed_and_the_others_wait_while_unread(lena: Somebody) -> None:
    worst = answered(lena.office, "WORST", 1, 1, comment="No")
    praise = answered(lena.office, "PRAISE", 5, 5, comment="SO GOOD")
    bad = answered(lena.office, "BAD", 2, 4)
    assert start(lena, praise, extra=(bad,)).location == f"{MEETING}?step=1"
    assert "1 of 2" in lena.get(f"{MEETING}?step=1").text
    assert "Case BAD" in lena.get(f"{MEETING}?step=2").text
    minutes = end(lena)
    assert "Case WORST" in minutes
    assert "Case BAD" in minutes
    assert "SO GOOD" not in minutes
    database = lena.office.program.database
    read = {one: progress.of_answer(database, one).read_at for one in (worst, praise, bad)}
    assert [one for one, at in read.items() if not at] == [praise]


def test_the_agenda_is_grouped_by_theme_and_then_by_score(team_office: Office) -> None:
    lena = Somebody(team_office.with_themes("waiting", "tone"), "lead", "lena")
    for number, theme in (("A", ""), ("B", "tone"), ("C", "waiting")):
        one = answered(lena.office, number, 1, 1, comment="No")
        if theme:
            lena.post(f"/review/answers/{one}/theme", revision="1", theme=theme)
    agenda = lena.get(MEETING).text.split("Agenda</h2>")[1]
    titles = re.findall("<h3>(.*?)</h3>", agenda)
    assert titles == ["waiting", "tone", "Low scores"]
    for step, number in enumerate("CBA", 1):
        assert f"Case {number}" in lena.get(f"{MEETING}?step={step}").text


def test_two_leads_change_the_agenda_at_the_same_time_and_both_changes_stay(lena: Somebody) -> None:
    one, two = (answered(lena.office, number, 1, 1, comment="No") for number in ("1", "2"))
    page = lena.get(MEETING).text
    fields = hidden_in(page)
    lena.post(f"{MEETING}/agenda", **fields, pick=[two], go="0")
    lena.post(f"{MEETING}/agenda", **fields, pick=[one], go="0")
    assert "0 answers to discuss." in lena.get(MEETING).text


def test_a_step_shows_the_quote_without_the_menu_of_the_site(lena: Somebody) -> None:
    answered(lena.office, "1", 1, 1, comment="No")
    assert '<nav aria-label="Review">' in lena.get(MEETING).text
    step = lena.get(f"{MEETING}?step=1").text
    assert '<nav aria-label="Review">' not in step
    assert "Leave" in step


def test_steps_keep_their_order_while_answers_are_marked(lena: Somebody) -> None:
    ids = [answered(lena.office, f"N{number}", 1, 1, comment="No") for number in range(3)]
    before = [re.search(r"Case N\d", lena.get(f"{MEETING}?step={s}").text)[0] for s in (1, 2, 3)]
    lena.post(f"/review/answers/{ids[1]}/read", revision="1")
    after = [re.search(r"Case N\d", lena.get(f"{MEETING}?step={s}").text)[0] for s in (1, 2, 3)]
    assert before == after


def test_ending_the_meeting_marks_unmarked_answers_as_read(lena: Somebody) -> None:
    ids = [answered(lena.office, "1", 1, 1), answered(lena.office, "2", 5, 5)]
    end(lena)
    for one in ids:
        known = progress.of_answer(lena.office.program.database, one)
        assert known.read_at == known.discussed_at == lena.office.now
        assert known.discussed_week == WEEK
        assert "Discussed in the weekly meeting" in Customer(lena.office, one).open().text


def test_an_answer_that_arrived_during_the_meeting_waits_for_the_next(lena: Somebody) -> None:
    answered(lena.office, "1")
    page = lena.get(f"{MEETING}?step=999").text
    shown = re.findall(r'name="answer" value="([^"]+)"', page)
    late = answered(lena.office, "2", 1, 1, comment="Late")
    lena.post(f"{MEETING}/end", answer=shown)
    database = lena.office.program.database
    assert progress.of_answer(database, late).discussed_at is None
    minutes = lena.get(f"/review/{WEEK}/minutes").text
    told = "not discussed in detail. 1 unread answer moves to the next meeting."
    assert told in " ".join(minutes.split())
    lena.office.wait(days=7)
    lena.sign_in("lena")
    assert "left over from 23–29 Nov 2026" in lena.get("/review/2026-W49/meeting?step=1").text
    lena.post("/review/2026-W49/meeting/end", answer=f"{late}:1")
    assert progress.of_answer(database, late).discussed_week == "2026-W49"
    assert reading_queue.undiscussed(database, "2030-W01", 9) == []


def test_what_a_meeting_does_not_show_is_counted(
    lena: Somebody, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("feedback_app.store.reading_queue.MOST_UNDISCUSSED", 1)
    for number in range(3):
        answered(lena.office, f"OLD-{number}", 1, 1, comment="No")
    lena.office.wait(days=7)
    lena.sign_in("lena")
    meeting = "/review/2026-W49/meeting"
    for step in (0, 2):
        page = lena.get(f"{meeting}?step={step}").text
        assert "2 more answers from earlier weeks are not shown here." in page
    assert lena.get(f"{meeting}?step=2").text.count('name="answer"') == 1
    end(lena, "2026-W49")
    assert "1 more answer from earlier weeks" in lena.get(meeting).text
    end(lena, "2026-W49")
    assert "more answer" not in lena.get(meeting).text


def test_decisions_come_first_in_the_minutes_with_owner_and_due_date(lena: Somebody) -> None:
    one = answered(lena.office, "0001", 1, 2, comment="Too slow")
    answered(lena.office, "0002", 5, 5, comment="Great")
    plan = {"owner": "Team lead", "due_on": "2026-12-04"}
    lena.post(f"{MEETING}/step", invitation=one, text="Call the team", step="1", **plan)
    for text in ("Write a page", "A mistake"):
        lena.office.wait(seconds=1)
        lena.post(f"{MEETING}/step", text=text, step="3")
    page = lena.get(f"{MEETING}?step=3").text
    place = re.findall(r'action="(/review/decisions/[^"]+)"', page.split("A mistake")[2])[0]
    form = page.split(f'action="{place}"')[1]
    seen = re.findall(r'name="seen" value="([^"]+)"', form)[0]
    back = f"{MEETING}?step=3"
    done = lena.post(place, text="", seen=seen, delete="y", back=back)
    assert done.location == back
    minutes = end(lena)
    assert "A mistake" not in minutes
    first, rest = minutes.split("Discussed answers")
    assert "Case 0001" in first
    assert "Call the team" in first
    assert "Team lead · due 4 Dec 2026" in first
    assert "Write a page" in first
    assert "Too slow" in rest
    assert "Call the team – Team lead – due 4 Dec 2026" in as_markdown(lena).text


def decided(lena: Somebody, week: str, invitation_id: str, text: str) -> None:
    place = f"/review/{week}/meeting/step"
    form = {"invitation": invitation_id, "step": "1", "text": text}
    assert lena.post(place, **form).status_code == 303


def in_both_minutes(lena: Somebody, week: str) -> bool:
    """Return whether all decisions of a meeting are in its minutes, in every format."""
    found = meetings.of_week(lena.office.program.database, week).decisions
    pages = [lena.get(f"/review/{week}/minutes").text, as_markdown(lena, week).text]
    assert found
    return all(page.count(one.text) == 1 for page in pages for one in found)


def test_a_decision_is_kept_if_the_answer_changed_before_the_end(lena: Somebody) -> None:
    one = answered(lena.office, "0007", 1, 1, comment="First")
    decided(lena, WEEK, one, "CALL THEM")
    shown = re.findall(r'name="answer" value="([^"]+)"', lena.get(f"{MEETING}?step=999").text)
    customer = Customer(lena.office, one)
    asked = customer.send(ease="2", satisfaction="2", comment="Second")
    change = customer.value_in(asked, "change")
    customer.send(ease="2", satisfaction="2", comment="Second", change=change)
    lena.post(f"{MEETING}/end", answer=shown)
    minutes = lena.get(f"/review/{WEEK}/minutes").text
    assert "Case 0007:</strong>\nCALL THEM" in minutes
    assert in_both_minutes(lena, WEEK)


def test_a_decision_about_an_answer_another_meeting_discussed_is_in_the_minutes(
    lena: Somebody,
) -> None:
    one = answered(lena.office, "0007", 1, 1, comment="First")
    silent = answered(lena.office, "0008", 5, 5)
    lena.office.wait(days=7)
    lena.sign_in("lena")
    shown = re.findall(
        r'name="answer" value="([^"]+)"', lena.get("/review/2026-W49/meeting?step=999").text
    )
    lena.post("/review/2026-W49/meeting/end", answer=shown)
    week = lena.get(f"/review/{WEEK}").text
    assert re.search("Discussed with 30.Nov.–.6.Dec.2026", week)
    assert "Start the meeting" not in week
    decided(lena, WEEK, one, "DECIDED LATE")
    decided(lena, "2026-W49", silent, "ABOUT A SILENT ONE")
    end(lena)
    assert in_both_minutes(lena, WEEK)
    assert in_both_minutes(lena, "2026-W49")
    assert "Minutes" in lena.get(f"/review/{WEEK}").text


def test_a_week_is_discussed_with_another_only_when_all_of_it_is(lena: Somebody) -> None:
    one = answered(lena.office, "0007", 1, 1)
    answered(lena.office, "0008", 1, 1)
    lena.office.wait(days=7)
    lena.sign_in("lena")
    lena.post("/review/2026-W49/meeting/end", answer=f"{one}:1")
    assert "Not discussed yet" in lena.get(f"/review/{WEEK}").text


def test_the_minutes_are_the_same_as_markdown(lena: Somebody) -> None:
    one = answered(lena.office, "0001", 1, 2, comment="# Too *slow*\n<b>really</b>")
    lena.post(
        f"{MEETING}/step", invitation=one, text="Ask [them](javascript:x)", minutes="_So_ be it"
    )
    answered(lena.office, "0002", 5, 4)
    end(lena)
    file = as_markdown(lena)
    assert file.headers["Content-Type"] == "text/markdown; charset=utf-8"
    assert 'filename="minutes-2026-W48.md"' in file.headers["Content-Disposition"]
    html = markdown.markdown(file.text, extensions=["tables"])
    assert "<h1>Minutes for 23–29 Nov 2026</h1>" in html
    assert html.count("<h1>") == 1
    for bad in ("<b>", "<em>", 'href="javascript'):
        assert bad not in html
    assert re.search(r"Ended 24 Nov 2026, 13:0\d CET\.", html)
    assert "Ask [them]" in html
    assert "be it" in html
    assert "1 more answer was not discussed in detail." in html
    german = lena.post(f"/review/{WEEK}/minutes.md?lang=de").text
    assert german.startswith("# Protokoll der Woche 23.–29. Nov. 2026")


def test_downloading_the_minutes_is_logged_and_only_for_leads(lena: Somebody) -> None:
    answered(lena.office, "0001", 1, 2, comment="SECRET WORDS")
    minutes = end(lena)
    assert f'action="/review/{WEEK}/minutes.md"' in minutes
    before = lena.office.rows("lead_actions")
    rita = Somebody(lena.office, "reader", "rita")
    assert "minutes.md" not in rita.get(f"/review/{WEEK}/minutes").text
    refused = as_markdown(rita)
    assert refused.status_code == 403
    assert "SECRET" not in refused.text
    assert lena.get(f"/review/{WEEK}/minutes.md").status_code == 405
    assert lena.office.rows("lead_actions") == before
    assert "SECRET WORDS" in as_markdown(lena).text
    (row,) = [one for one in lena.office.rows("lead_actions") if one not in before]
    assert (row["lead_name"], row["action"], row["subject"]) == (
        "lena",
        "export",
        f"{WEEK} minutes",
    )


def test_a_meeting_ended_again_keeps_its_date(lena: Somebody) -> None:
    answered(lena.office, "1")
    end(lena)
    (before,) = lena.office.rows("meetings")
    lena.office.now += timedelta(hours=1)
    late = answered(lena.office, "2", 1, 1)
    end(lena)
    assert lena.office.rows("meetings") == [before]
    assert progress.of_answer(lena.office.program.database, late).discussed_week == WEEK


def test_a_week_without_answers_has_a_meeting_and_minutes_too(lena: Somebody) -> None:
    assert "0 answers, 0 with a comment." in lena.get(MEETING).text
    minutes = end(lena)
    assert "No answers this week." in minutes


def test_a_redacted_name_and_an_erased_comment_are_not_in_the_minutes(lena: Somebody) -> None:
    one = answered(lena.office, "0001", 1, 1, comment="Mx Sample did it")
    end(lena)
    assert "Mx Sample" in as_markdown(lena).text
    redact(lena, one, "Mx Sample")
    assert "Mx Sample" not in as_markdown(lena).text


@pytest.mark.parametrize("text", ["", " \n", "x" * 2001])
def test_an_empty_decision_is_ignored_and_an_endless_one_refused(lena: Somebody, text: str) -> None:
    done = lena.post(f"{MEETING}/step", text=text)
    assert done.status_code == (422 if text.strip() else 303)
    assert lena.post(f"{MEETING}/step", text="ok", invitation="none").status_code == 404
    assert lena.post(f"{MEETING}/step", text="ok", due_on="soon").status_code == 400
    assert lena.office.rows("decisions") == []


@pytest.mark.parametrize("step", ["-1", "x", "99999999999", "²", ""])
def test_an_invalid_step_is_not_an_error(lena: Somebody, step: str) -> None:
    assert lena.get(f"{MEETING}?step={step}").status_code == 200


def test_a_meeting_of_a_future_week_is_refused(lena: Somebody) -> None:
    place = "/review/2026-W49/meeting"
    assert lena.post(f"{place}/step", text="Too early", step="0").status_code == 400
    assert lena.post(f"{place}/agenda").status_code == 400
    assert lena.post(f"{place}/end").status_code == 400
    assert lena.office.rows("decisions") == lena.office.rows("meetings") == []


def test_minutes_typed_in_a_step_are_saved_and_read_again(lena: Somebody) -> None:
    one = answered(lena.office, "0001", 1, 1, comment="No")
    page = lena.get(f"{MEETING}?step=1").text
    json = {"Accept": "application/json"}
    fields = {**hidden_in(page), "csrf_token": value_in(page), "minutes": "We called"}
    saved = lena.browser.post(f"{MEETING}/step", data=fields, headers=json)
    assert saved.status_code == 200
    fields |= {"minutes": "We called them", "seen": saved.json["seen"]}
    assert lena.browser.post(f"{MEETING}/step", data=fields, headers=json).status_code == 200
    assert ">\nWe called them</textarea>" in lena.get(f"{MEETING}?step=1").text
    lena.post(f"{MEETING}/step", minutes="In general", step="2")
    minutes = end(lena)
    assert "We called them" in minutes.split("Case 0001")[1]
    assert "In general" in minutes.split("Case 0001")[0]
    assert decisions.of_week(lena.office.program.database, WEEK) == ()
    redact(lena, one, "called")
    assert "called" not in as_markdown(lena).text


def test_open_decisions_of_earlier_meetings_come_first_and_can_be_marked_as_done(
    lena: Somebody,
) -> None:
    one = answered(lena.office, "0001", 1, 1, comment="No")
    lena.post(f"{MEETING}/step", invitation=one, text="CALL", due_on="2026-11-30", owner="Kim")
    lena.post(f"{MEETING}/step", text="WRITE")
    lena.office.wait(days=8)
    lena.sign_in("lena")
    agenda = lena.get("/review/2026-W49/meeting").text
    assert agenda.index("Open decisions of earlier meetings") < agenda.index("CALL")
    assert agenda.index("CALL") < agenda.index("WRITE") < agenda.index("Agenda</h2>")
    assert "Kim · overdue: was due 30 Nov 2026" in agenda
    found = re.findall(r'name="decision" value="([^"]+)"', agenda)
    lena.post("/review/decisions/done", decision=found[:1])
    page = lena.get("/review/decisions").text
    assert "Open: 1" in page
    assert "Kim · done 2 Dec 2026" in page.split("Recently done")[1]
    assert "CALL" not in lena.get("/review/2026-W49/meeting").text
    assert "WRITE" in lena.get("/review/2026-W49/minutes").text
    lena.post("/review/decisions/done", reopen=found[0])
    assert "Open: 2" in lena.get("/review/decisions").text


def test_a_reader_sees_the_meeting_and_the_decisions_without_forms(lena: Somebody) -> None:
    answered(lena.office, "0001", 1, 1, comment="No")
    lena.post(f"{MEETING}/step", text="WRITE")
    rita = Somebody(lena.office, "reader", "rita")
    for place in (MEETING, f"{MEETING}?step=1", f"{MEETING}?step=2", "/review/decisions"):
        page = rita.get(place).text.split('id="main"')[1]
        assert "<button" not in page, place
    assert "WRITE" in rita.get("/review/decisions").text


def test_a_decision_from_before_owners_and_due_dates_is_open(lena: Somebody) -> None:
    with lena.office.program.database.write() as tx:
        tx.run(
            """INSERT INTO decisions (id, week, text, written_at)
               VALUES ('1', '2026-W41', 'OLD', '2026-10-13T10:00:00Z')"""
        )
    page = lena.get("/review/decisions").text
    assert "Open: 1" in page
    assert "Meeting for 5–11 Oct 2026" in page
    assert "OLD" in lena.get(MEETING).text
