"""Every answer is read: one tap, and what became of it where it landed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedback_app.leads.pages import own_path
from feedback_app.store import answer_status, answers, decisions, follow_ups
from feedback_app.web.pages import see_other
from tests.support.office import Customer, Office
from tests.support.team import Somebody, answered, redact, words

WEEK = "2026-W48"


@pytest.fixture
def lena(team_office: Office) -> Somebody:
    return Somebody(team_office, "lead", "lena")


def test_one_click_marks_an_answer_as_read_and_returns(lena: Somebody) -> None:
    one = answered(lena.office, "0001", 2, 3, comment="Too slow.")
    assert "Unread answers 1 all of this week" in words(lena.get(f"/review/{WEEK}"))
    back = f"/review/{WEEK}/answers?page=1"
    done = lena.post(f"/review/answers/{one}/read", revision="1", back=back)
    assert done.location == back
    assert "Unread answers 0 Nothing to read" in words(lena.get(f"/review/{WEEK}"))
    status = answer_status.of_answer(lena.office.program.database, one)
    assert status
    assert not status.unread
    assert status.progress.read_at == lena.office.now


def test_answers_without_a_comment_are_marked_as_read_together(lena: Somebody) -> None:
    ids = [answered(lena.office, str(number)) for number in range(3)]
    lena.post("/review/read", answer=[f"{one}:1" for one in ids])
    assert "Everything has been read" in lena.get("/review/unread").text


def test_the_newest_week_is_read_first_or_the_oldest_by_choice(lena: Somebody) -> None:
    answered(lena.office, "OLD-1")
    lena.office.wait(days=70)
    lena.sign_in("lena")
    answered(lena.office, "NEW-1")
    newest, oldest = (lena.get(f"/review/unread{query}").text for query in ("", "?order=oldest"))
    assert "NEW-1" in newest
    assert "OLD-1" not in newest
    assert "Also unread: 23–29 Nov 2026" in newest
    assert "OLD-1" in oldest
    assert "NEW-1" not in oldest
    assert "OLD-1" in lena.get("/review/unread?week=2026-W48").text
    said = words(lena.get("/review/2027-W05"))
    assert "Unread answers 2 including 1 from other weeks" in said
    # A lead usually looks at the last complete week, and the new answer is of the current one.
    said = words(lena.get("/review/2027-W04"))
    assert "Unread answers 2 including 2 from other weeks" in said


def test_opening_a_follow_up_sets_a_due_date_and_marks_the_answer_as_read(lena: Somebody) -> None:
    one = answered(lena.office, "0001", comment="Please call.")
    for _ in range(2):
        lena.post(f"/review/answers/{one}/follow-up", revision="1")
    (found,) = follow_ups.of_answer(lena.office.program.database, one)
    assert found.due_on.isoformat() == "2026-11-26"
    assert "Follow-up due 26 Nov 2026" in lena.get(f"/review/answers/{one}").text
    record = [row["action"] for row in lena.office.rows("lead_actions")]
    assert record == ["follow-up opened"]


def test_a_note_is_shown_with_the_answer_as_text(lena: Somebody) -> None:
    one = answered(lena.office, "0001")
    lena.post(f"/review/answers/{one}/note", revision="1", text="<b>Ask</b> the team\x00")
    assert "&lt;b&gt;Ask&lt;/b&gt; the team" in lena.get(f"/review/{WEEK}/answers").text
    for wrong in ("", "  ", "x" * 2001):
        assert lena.post(f"/review/answers/{one}/note", revision="1", text=wrong).status_code == 422
    assert len(lena.office.rows("notes")) == 1


def test_a_name_is_redacted_in_every_revision_and_every_spelling(lena: Somebody) -> None:
    one = answered(lena.office, "0001", 1, 1, comment="Mx Sample was slow. mx sample!")
    redact(lena, one, "Mx Sample")
    known = answers.revisions(lena.office.program.database, one)
    assert [answer.comment for answer in known] == ["▇▇▇ was slow. ▇▇▇!"]
    assert "Mx Sample" not in lena.get(f"/review/{WEEK}/answers").text
    (row,) = lena.office.rows("lead_actions")
    assert (row["lead_name"], row["action"], row["subject"]) == (
        "lena",
        "comment redacted",
        "0001",
    )


def test_words_that_no_text_contains_are_shown_again(lena: Somebody) -> None:
    one = answered(lena.office, "0001", comment="Mx Sample was slow in Januar.")
    place, week = f"/review/answers/{one}/redact", f"/review/{WEEK}#words"
    missed = lena.post(f"{place}/preview", words="<Mx>  Sampel", back=week)
    assert missed.status_code == 422
    assert "“&lt;Mx&gt; Sampel” is not in the comment" in missed.text
    assert f'href="{week}"' in missed.text
    assert "Mx Sample was slow" in missed.text
    for wrong in ("▇▇▇", "Jan", "\u200b\u200b"):
        assert lena.post(f"{place}/preview", words=wrong).status_code == 422
    assert lena.office.rows("lead_actions") == []
    assert redact(lena, one, "Mx Sample", back=week).location == week


def test_the_preview_marks_the_words_and_changes_nothing(lena: Somebody) -> None:
    one = answered(lena.office, "0001", comment="Ｊan and Januar, <JAN>")
    place, before = f"/review/answers/{one}/redact", lena.office.everything()
    shown = lena.post(f"{place}/preview", words="jan")
    assert "<mark>Ｊan</mark> and Januar, &lt;<mark>JAN</mark>&gt;" in shown.text
    assert "Nothing has been changed yet" in shown.text
    inside = lena.post(f"{place}/preview", words="jan", inside="y")
    assert "<mark>Jan</mark>uar" in inside.text
    # The second form without a preview only shows it.
    assert "<mark>" in lena.post(place, words="jan").text
    after = lena.office.everything()
    assert {**after, "lead_sessions": []} == {**before, "lead_sessions": []}
    redact(lena, one, "jan", inside="y")
    (answer,) = answers.revisions(lena.office.program.database, one)
    assert answer.comment == "▇▇▇ and ▇▇▇uar, <▇▇▇>"


def test_a_text_that_changed_since_the_preview_is_shown_again(lena: Somebody) -> None:
    one = answered(lena.office, "0001", comment="Mx Sample was slow.")
    place = f"/review/answers/{one}/redact"
    shown = lena.post(f"{place}/preview", words="Mx Sample").text
    seen = shown.split('name="seen" value="')[1].split('"')[0]
    lena.post(f"/review/answers/{one}/note", revision="1", text="Mx Sample is on leave")
    again = lena.post(place, words="Mx Sample", seen=seen)
    assert again.status_code == 409
    assert "<mark>Mx Sample</mark> is on leave" in again.text
    assert answers.revisions(lena.office.program.database, one)[0].comment == "Mx Sample was slow."


def test_a_name_is_redacted_in_notes_results_and_decisions_too(lena: Somebody) -> None:
    one = answered(lena.office, "0001", 1, 1, comment="Slow", contact_welcome=True)
    other = answered(lena.office, "0002", 1, 1, comment="Slow")
    for key in (one, other):
        lena.post(f"/review/answers/{key}/note", revision="1", text="Ask Mu\u0308ller")
    with lena.office.program.database.write() as tx:
        for about, text in ((one, "MÜLLER calls"), (other, "Müller stays"), (None, "Thank Müller")):
            decisions.add(tx, WEEK, about, text, lena.office.now)
        follow_ups.close(tx, one, 1, "contacted", "Müller called", lena.office.now)
    shown = lena.post(f"/review/answers/{one}/redact/preview", words="Müller")
    assert "The comment does not contain “Müller”." in shown.text
    redact(lena, one, "Müller")
    texts = [row["text"] for name in ("notes", "decisions") for row in lena.office.rows(name)]
    assert sorted(texts) == [
        "Ask Mu\u0308ller",
        "Ask ▇▇▇",
        "Müller stays",
        "Thank ▇▇▇",
        "▇▇▇ calls",
    ]
    assert [row["remark"] for row in lena.office.rows("follow_ups") if row["remark"]] == [
        "▇▇▇ called"
    ]


def test_a_name_that_only_an_earlier_revision_had_is_redacted_there(lena: Somebody) -> None:
    one = answered(lena.office, "0001", 1, 1, comment="Mx Sample was slow.")
    customer = Customer(lena.office, one)
    given = {"ease": "1", "satisfaction": "1", "comment": "Mx Sampel was slow."}
    customer.send(**given, change=customer.value_in(customer.send(**given), "change"))
    shown = lena.post(f"/review/answers/{one}/redact/preview", words="Mx Sample")
    assert "Earlier version of the comment" in shown.text
    assert "The comment does not contain “Mx Sample”." in shown.text
    redact(lena, one, "Mx Sample")
    known = answers.revisions(lena.office.program.database, one)
    assert [answer.comment for answer in known] == ["▇▇▇ was slow.", "Mx Sampel was slow."]
    assert [row["action"] for row in lena.office.rows("lead_actions")] == ["comment redacted"]


def test_a_pattern_is_taken_literally(lena: Somebody) -> None:
    one = answered(lena.office, "0001", comment="All of this stays.")
    place = f"/review/answers/{one}/redact"
    assert lena.post(f"{place}/preview", words=".*").status_code == 422
    refused = lena.post(f"{place}/preview", words="a")
    assert refused.status_code == 422
    assert "It has 1 character. It needs 2 to 200 characters." in words(refused)
    assert lena.post(place, words=".*").status_code == 422
    (answer,) = answers.revisions(lena.office.program.database, one)
    assert answer.comment == "All of this stays."


@pytest.mark.parametrize("act", ["read", "follow-up", "note", "redact"])
def test_an_unknown_answer_is_not_found(lena: Somebody, act: str) -> None:
    lena.office.invite("0001")
    waiting = lena.office.rows("invitations")[0]["id"]
    for invitation_id in ("nothing", waiting):
        place = f"/review/answers/{invitation_id}/{act}"
        assert lena.post(place, revision="1", text="text", words="words").status_code == 404
    assert lena.office.rows("progress") == []
    assert lena.post("/review/read", answer="nothing:1").status_code == 404
    assert lena.post("/review/read", answer="nothing").status_code == 400


def test_no_open_redirect_after_an_action(lena: Somebody) -> None:
    one = answered(lena.office, "0001")
    done = lena.post(f"/review/answers/{one}/read", revision="1", back="https://else.example/")
    assert done.location == f"/review/answers/{one}"


@pytest.mark.parametrize("place", ["/review/answers/%00", "/review/follow-ups/a%0Ab"])
def test_an_id_that_no_table_can_store_is_not_found(lena: Somebody, place: str) -> None:
    assert lena.get(place).status_code == 404
    assert lena.post("/review/read", answer="\x00:1").status_code == 404
    for field in ("decision", "reopen"):
        assert lena.post("/review/decisions/done", **{field: "a\x00"}).status_code == 303
    assert lena.get("/review/search?words=%00&weeks=%00").status_code == 200


def test_erasure_covers_what_leads_wrote_about_a_case(lena: Somebody) -> None:
    one = answered(lena.office, "0001", 1, 1, comment="SECRET", contact_welcome=True)
    lena.post(f"/review/answers/{one}/note", revision="1", text="SECRET note")
    lena.post("/review/2026-W48/meeting/step", invitation=one, revision="1", text="SECRET decision")
    lena.post(
        f"/review/follow-ups/{one}/close",
        number="1",
        revision="1",
        outcome="contacted",
        remark="SECRET remark",
    )
    lena.office.erase("0001")
    for table in ("answers", "notes", "decisions", "follow_ups"):
        (row,) = lena.office.rows(table)
        assert "SECRET" not in str(row)
    page = lena.get(f"/review/answers/{one}")
    assert page.status_code == 200
    assert "SECRET" not in page.text
    assert "SECRET" not in lena.get("/review/2026-W48/minutes").text


@given(
    st.one_of(
        st.none(),
        st.text(),
        st.text(alphabet="/review[]:@\\?#.%é \t\n").map(lambda text: f"/review/{text}"),
        st.sampled_from(["//[", "//evil.example/review/", "https://evil.example/review/"]),
    )
)
def test_redirects_stay_on_the_leads_pages(wanted: str | None) -> None:
    place = own_path(wanted)
    if place is not None:
        location = see_other(place).get_wsgi_headers({})["Location"]
        assert location.startswith("/review/")


def test_an_invalid_return_path_is_not_an_error(lena: Somebody) -> None:
    one = answered(lena.office, "0001")
    done = lena.post(f"/review/answers/{one}/read", revision="1", back="//[")
    assert done.location == f"/review/answers/{one}"
    assert lena.get("/review/sign-in?next=//[").location == "/review/"
    assert Somebody(lena.office).sign_in("lena", query="?next=//[").location == "/review/"


@pytest.mark.parametrize("revision", ["", "0", "-5", "9" * 25, "10000000", "one", None])
def test_an_impossible_revision_is_refused(lena: Somebody, revision: str | None) -> None:
    one = answered(lena.office, "0001")
    fields = {} if revision is None else {"revision": revision}
    assert lena.post(f"/review/answers/{one}/read", **fields).status_code == 400
    assert lena.office.rows("progress") == []


def test_invisible_characters_in_a_searched_id_are_ignored(lena: Somebody) -> None:
    one = answered(lena.office, "0001", 1, 1)
    assert lena.post("/review/read", answer=f"{one}\x01:1").status_code == 303
    place = f"/review/{WEEK}/meeting/step"
    assert lena.post(place, invitation=f"{one}\x00", revision="1", text="Call").status_code == 303
    assert [row["invitation_id"] for row in lena.office.rows("progress")] == [one]
    assert [row["invitation_id"] for row in lena.office.rows("decisions")] == [one]


@pytest.mark.parametrize("week", ["0001-W01", "0005-W10", "1999-W52", "2028-W01", "9999-W51"])
def test_a_week_out_of_range_is_not_found(lena: Somebody, week: str) -> None:
    for place in (week, f"{week}/meeting", f"{week}/minutes"):
        assert lena.get(f"/review/{place}").status_code == 404
    assert lena.post(f"/review/{week}/minutes.md").status_code == 404
    taken = lena.post("/review/exports", first=week, last=week, form="csv")
    assert taken.status_code == 422
    assert "Content-Disposition" not in taken.headers


@pytest.mark.parametrize("week", ["2000-W01", "2027-W52"])
def test_the_first_and_the_last_week_in_range_are_shown(lena: Somebody, week: str) -> None:
    for place in (week, f"{week}?weeks=104", f"{week}/meeting", f"{week}/minutes"):
        assert lena.get(f"/review/{place}").status_code == 200
