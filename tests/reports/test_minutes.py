"""Minutes as Markdown: decisions first, links for leads, and typed text that stays text."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import example, given, settings

from feedback_app.records import AnsweredCase, Decision, Meeting, MeetingItem
from feedback_app.reports.minutes import Minutes, minutes_as_markdown
from tests.support.answered import FACTS, IN_WEEK, NOW, WEEK, an_answer, figures_of
from tests.support.markdown_pages import DIALECTS, HOSTILE, Page, squeezed, typed

REVIEW = "https://x.example/review"


def minutes_of(text: str, *cases: AnsweredCase) -> str:
    """Return minutes in which everything that people can type is `text`."""
    decision = Decision(
        id="d", week=WEEK, text=text, written_at=IN_WEEK, owner=text, due_on=date(2026, 12, 1)
    )
    items = {
        "": MeetingItem(None, text, None),
        "an-invitation": MeetingItem(True, text, text),
        "other": MeetingItem(None, text, text),
    }
    meeting = Meeting(week=WEEK, ended_at=NOW, decisions=(decision,), items=items)
    found = Minutes(
        figures=figures_of(cases, cases),
        meeting=meeting,
        earlier=(replace(decision, case_number=text),),
        discussed=cases,
        not_in_detail=0,
        unread=2,
    )
    return minutes_as_markdown(found, FACTS, "en", REVIEW)


@pytest.mark.parametrize("extensions", DIALECTS, ids=["bare", "extra", "pymdown"])
@settings(max_examples=15, deadline=None)
@given(text=typed)
@example(text="\n".join(HOSTILE))
@example(text="[x](javascript:alert(1)) | <script>alert(1)</script> ``` # heading")
def test_no_typed_text_changes_the_structure_of_the_minutes(
    extensions: tuple[str, ...], text: str
) -> None:
    def page(word: str) -> Page:
        case = an_answer(1, 2, f"x{word}x", case_number=f"x{word}x", case_url=word, themes=("a",))
        return Page(minutes_of(f"x{word}x", case), ("tables", *extensions))

    hostile, harmless = page(text), page("")
    free = ("p", "br", "a")
    kept = [[tag for tag in one.tags if tag not in free] for one in (hostile, harmless)]
    assert kept[0] == kept[1]
    addresses = [value or "" for name, value in hostile.attributes if name in ("href", "src")]
    assert all(one.startswith(("https://", "http://", "#")) for one in addresses)


def test_hostile_text_is_readable_in_the_minutes() -> None:
    text = "[x](javascript:alert(1)) | <script>alert(1)</script> ``` # heading"
    page = Page(minutes_of(text, an_answer(1, 2, text)), ("tables",))
    assert squeezed(page.text).count(text) == 10
    assert "script" not in page.tags


def test_decisions_come_first_and_each_answer_has_a_link_for_leads() -> None:
    text = minutes_of("Call them", an_answer(1, 2, "Slow"))
    heads = [line for line in text.splitlines() if line.startswith("#")]
    assert heads[:3] == [
        "# Minutes for 16\u201322 Nov 2026",
        "## Decisions",
        "## Open decisions of earlier meetings",
    ]
    assert f"[Open the answer]({REVIEW}/answers/an-invitation)" in text


@pytest.mark.parametrize("reason", ["threat", "personal_data", "names_agent"])
def test_a_comment_to_handle_with_care_is_not_in_the_minutes(reason: str) -> None:
    text = minutes_of("Call them", an_answer(1, 2, "Secret words", care=reason))
    assert "Secret" not in text
    assert "*Handle with care: the comment is not shown here.*" in text
