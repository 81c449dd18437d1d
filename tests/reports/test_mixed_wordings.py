"""Every report can be rendered for any mixture of wordings, flags and empty weeks."""

import csv
import io
import json
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feedback_app.publish.preview import preview_lines
from feedback_app.records import AnsweredCase, Meeting
from feedback_app.reports.csv_export import BYTE_ORDER_MARK, week_as_csv
from feedback_app.reports.html_export import weeks_as_html
from feedback_app.reports.json_export import export_as_json
from feedback_app.reports.markdown_export import week_as_markdown
from feedback_app.reports.minutes import Minutes, minutes_as_markdown
from feedback_app.reports.terminal import answers_as_lines
from feedback_app.reports.xlsx_export import write_workbook
from feedback_app.review.week import WeekReview, summarise_week
from knowledge_site.results.view import ResultsView
from published_results import Figures, Published
from tests.support.answered import FACTS, NOW, WEEK, a_case, an_answer, closed_week, figures_of
from tests.support.cohort_cases import an_answer as a_cohort_answer
from tests.support.cohort_cases import figures
from tests.support.office import Office
from tests.support.published_drafts import a_draft, results
from tests.support.team import Somebody, answered
from tests.support.workbooks import overview_for

CURRENT = FACTS.survey.wording_version
points = st.integers(1, 5)
flags = st.sampled_from([(), ("at_once",), ("at_once", "other_values")])
one_answer = st.builds(
    an_answer,
    points,
    points,
    st.sampled_from(["", "Why"]),
    flags=flags,
    contact_welcome=st.booleans(),
    wording_version=st.sampled_from([CURRENT, CURRENT + 1, CURRENT + 2]),
)
silent = st.builds(
    a_case,
    invitation_state=st.sampled_from(["waiting", "handed_over", "bounced", "expired"]),
    handed_over=st.booleans(),
    resolution_seconds=st.sampled_from([None, 5000]),
    duration_clock=st.sampled_from([None, "calendar"]),
)
weeks = st.lists(one_answer, max_size=5) | st.builds(
    lambda answers, times: answers * times, st.lists(one_answer, max_size=2), st.integers(1, 40)
)


def review_of(answers: list[AnsweredCase], cases: list[AnsweredCase]) -> WeekReview:
    return summarise_week(WEEK, answers, closed_week(cases), FACTS, NOW)


def minutes_of(answers: list[AnsweredCase], cases: list[AnsweredCase]) -> str:
    found = Minutes(
        figures=figures_of(answers, cases),
        meeting=Meeting(week=WEEK, ended_at=None, decisions=(), items={}),
        earlier=(),
        discussed=tuple(answers),
        not_in_detail=0,
        unread=0,
    )
    return minutes_as_markdown(found, FACTS, "en", "https://x.example/review")


@settings(max_examples=60)
@given(answers=weeks, cases=st.lists(silent, max_size=3))
def test_text_reports_state_all_answers_whatever_their_wordings(
    answers: list[AnsweredCase], cases: list[AnsweredCase]
) -> None:
    review = review_of(answers, cases)
    older = sum(case.wording_version != CURRENT for case in answers)
    page = "".join(weeks_as_html([review], WEEK, WEEK, FACTS, "en"))
    markdown, minutes = week_as_markdown(review, FACTS), minutes_of(answers, cases)
    for text in (page, markdown, minutes):
        assert "None |" not in text
        assert "nan" not in text
    assert ("to older wordings of the questions" in minutes) == (older > 1)
    if answers and older == len(answers):
        assert "No answers to the current wording of the questions." in page
        assert "No answers to the current wording of the questions." in markdown
    for version, count in Counter(case.wording_version for case in answers).items():
        if version != CURRENT:
            assert f"{count} of them" in markdown
            assert f"Answers to wording {version} of the questions" in page


@settings(max_examples=40)
@given(answers=weeks)
def test_exports_hold_every_answer_whatever_its_wording(
    tmp_path_factory: pytest.TempPathFactory, answers: list[AnsweredCase]
) -> None:
    text = "".join(week_as_csv(answers)).removeprefix(BYTE_ORDER_MARK)
    rows = list(csv.DictReader(io.StringIO(text)))
    found = json.loads("".join(export_as_json(answers, {}, FACTS)))["answers"]
    versions = [str(case.wording_version) for case in answers]
    assert [row["wording_version"] for row in rows] == versions
    assert [str(one["wording_version"]) for one in found] == versions
    path: Path = tmp_path_factory.mktemp("mixed") / "week.xlsx"
    assert write_workbook(path, answers, overview_for([]), FACTS, "en") == len(answers)
    assert sum(1 for _ in answers_as_lines(answers)) == len(answers) + 1


@settings(max_examples=60)
@given(
    before=st.integers(0, 40),
    after=st.integers(0, 40),
    wording=st.sampled_from([CURRENT, CURRENT + 1]),
    flagged=st.booleans(),
)
def test_the_preview_of_figures_can_be_shown_for_any_mixture(
    before: int, after: int, wording: int, flagged: bool
) -> None:
    first, second = _figures(before, CURRENT, flagged), _figures(after, wording, not flagged)
    earlier, later = results(a_draft(0, figures=first), a_draft(1, figures=second))
    view = ResultsView(Published((earlier, later)), FACTS, "en")
    lines = list(preview_lines(view, later, earlier))
    assert "None" not in "\n".join(lines)


def _figures(count: int, wording: int, flagged: bool) -> Figures:
    some = [a_cohort_answer(wording_version=wording)] * count
    return figures([*some, *[a_cohort_answer(1, 1, flagged=flagged)] * (count // 3)])


def test_a_week_with_only_older_answers_shows_on_every_page_and_in_every_export(
    sqlite_team_office: Office,
) -> None:
    answered(sqlite_team_office, "0001", 4, 4, comment="fine")
    lead = Somebody(sqlite_team_office.ruled(wording_version=2), "lead", "ann")
    week = "2026-W48"
    for path in (week, f"{week}/meeting", f"{week}/meeting?step=1", f"{week}/minutes"):
        assert lead.get(f"/review/{path}").status_code == 200
    assert "No answers to the current wording" in lead.get(f"/review/{week}").text
    assert lead.post(f"/review/{week}/minutes.md").status_code == 200
    for form in ("csv", "xlsx", "json", "html", "md"):
        done = lead.post("/review/exports", first=week, last=week, form=form)
        assert done.status_code == 200
        assert done.data
