"""An annulled answer stays stored, and every figure leaves it out and says how many there are."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from feedback_app.base.weeks import weeks_between
from feedback_app.commands.publish import verify
from feedback_app.leads.pages import STATIC
from feedback_app.publish.drafts import correction, new_drafts
from feedback_app.reports.csv_export import week_as_csv
from feedback_app.reports.week_head import week_head
from feedback_app.reports.weeks import review_week
from feedback_app.store import (
    agendas,
    annulments,
    answered_cases,
    follow_ups,
    reading_queue,
    week_scores,
    week_totals,
)
from published_results import Published, read_folder
from tests.support.axe import axe_faults
from tests.support.office import Customer, Office
from tests.support.published_office import Run, a_period, publish_period, run
from tests.support.team import Somebody, answered, redact, words

__all__ = ["run"]

FIRST, LAST = "2026-W40", "2026-W48"


def annul(office: Office, *invitation_ids: str) -> None:
    with office.program.database.write() as tx:
        for one in invitation_ids:
            assert annulments.annul(tx, one, office.now)


def ids(office: Office) -> list[str]:
    found = answered_cases.answered(office.program.database, office.now)
    return [case.invitation_id for case in found]


def figures(office: Office) -> tuple[dict[str, Any], list[int]]:
    """Return every figure, and how many answers each of them names as annulled."""
    program, now = office.program, office.now
    database, facts = program.database, program.facts
    weeks = weeks_between(FIRST, LAST)
    reviews = [review_week(database, week, facts, now) for week in weeks]
    scores_of = week_totals.scores(database, (FIRST, LAST), 1, now)
    drafts, pending = new_drafts(database, facts, Published(), now, sample=False)
    scores = [draft.figures.scores for draft in drafts if draft.figures.scores]
    unmarked = [one.model_copy(update={"annulled": 0}) for one in scores]
    head = week_head(database, LAST, facts, now)
    found = {
        "weeks": [replace(review, annulled=0) for review in reviews],
        "totals": [week_totals.of_weeks(database, (week, week), facts, now) for week in weeks],
        "by kind": sorted(map(repr, zip(*scores_of.values(), strict=True))),
        "trend": list(week_scores.between(database, FIRST, LAST, 1)),
        "answers": list(answered_cases.answered(database, now)),
        "csv": list(week_as_csv(answered_cases.answered_between(database, FIRST, LAST, now))),
        "head": head._replace(
            trend=replace(head.trend, annulled=0), figures=replace(head.figures, annulled=0)
        ),
        "unread": reading_queue.count_all_unread(database),
        "discussed": agendas.discussed(database, LAST, facts.survey.low_threshold, now),
        "number discussed": agendas.count_discussed(database, LAST, now),
        "published": [
            draft.model_copy(update={"figures": draft.figures.model_copy(update={"scores": one})})
            for draft, one in zip(drafts, unmarked, strict=True)
        ],
        "pending": pending,
    }
    counts = [
        sum(review.annulled for review in reviews),
        annulments.count(database, FIRST, LAST, now),
        sum(one.annulled for one in scores),
    ]
    return found, counts


def delete_answers(office: Office, invitation_ids: list[str]) -> None:
    """Delete answers as if their customers had never sent them."""
    tables = ("annulments", "open_answers", "progress", "answers")
    with office.program.database.write() as tx:
        for one in invitation_ids:
            for table in tables:
                tx.run(f"DELETE FROM {table} WHERE invitation_id = :id", id=one)
        tx.run("DELETE FROM week_scores")
        tx.run(
            """INSERT INTO week_scores (week, wording_version, ease, satisfaction, answers)
               SELECT answered_week, wording_version, ease, satisfaction, count(*) FROM answers
               GROUP BY answered_week, wording_version, ease, satisfaction"""
        )


def test_figures_with_annulled_answers_are_those_without_these_answers(office: Office) -> None:
    a_period(office)
    before, none = figures(office)
    assert none == [0, 0, 0]
    chosen = ids(office)[::5]
    annul(office, *chosen)
    with_annulled, counts = figures(office)
    assert counts == [len(chosen)] * 3
    assert with_annulled != before
    delete_answers(office, chosen)
    without, none = figures(office)
    assert none == [0, 0, 0]
    assert with_annulled == without


def test_undoing_an_annulment_restores_every_figure(office: Office) -> None:
    a_period(office)
    before, _ = figures(office)
    chosen = ids(office)[::5]
    annul(office, *chosen)
    with office.program.database.write() as tx:
        assert [annulments.restore(tx, one, office.now) for one in chosen] == [True] * len(chosen)
        assert not annulments.restore(tx, chosen[0], office.now)
    assert figures(office) == (before, [0, 0, 0])


def test_published_figures_only_change_by_a_correction(
    office: Office, run: Run, tmp_path: Path
) -> None:
    a_period(office)
    publish_period(run)
    office.wait(hours=1)
    annul(office, *ids(office)[:1])
    checked = run(verify)
    assert (checked.exit_code, ": matches, as of" in checked.output) == (0, True), checked.output
    published = read_folder(tmp_path / "results")
    changed = correction(
        office.program.database,
        office.program.facts,
        published,
        "2026-W41",
        "one answer was a test",
        office.now,
    )
    # The difference between both versions would reveal the scores of that answer.
    assert changed.figures.withheld["scores"] == "small_change"


@pytest.fixture
def lena(team_office: Office) -> Iterator[Somebody]:
    return Somebody(team_office, "lead", "lena")


def test_a_lead_annuls_an_answer_after_the_edit_window_and_undoes_it(lena: Somebody) -> None:
    office = lena.office
    one = answered(office, "0001", 1, 1, comment="A test by Kim.")
    place = f"/review/answers/{one}"
    assert "You can annul it from 25 Nov 2026" in lena.get(place).text
    assert lena.post(f"{place}/annul", text="Too early").status_code == 400
    office.wait(hours=26)
    lena.sign_in("lena")
    assert "Annul answer" in lena.get(place).text
    for _ in range(2):
        assert lena.post(f"{place}/annul", text="A test by Kim").location == place
    page = lena.get(place).text
    assert "This answer is annulled: no figure counts it." in page
    assert page.count("Note: A test by Kim") == 1
    week = lena.get("/review/2026-W48").text
    assert "No answers this week" in week
    assert "1 annulled answer is not counted." in week
    assert "Annulled 25 Nov 2026" in lena.get("/review/search?words=kim").text
    assert "Everything has been read" in lena.get("/review/unread").text
    assert lena.post(f"{place}/restore").location == place
    assert "Answers 1 1 with a comment" in words(lena.get("/review/2026-W48"))
    assert one in lena.get("/review/unread").text
    record = [(row["action"], row["subject"]) for row in office.rows("lead_actions")]
    assert record == [("answer annulled", "0001"), ("annulment undone", "0001")]


def test_the_page_of_an_answer_is_accessible_before_and_after_an_annulment(
    lena: Somebody, page: Any
) -> None:
    place = f"/review/answers/{answered(lena.office, '0001')}"
    lena.office.wait(hours=26)
    lena.sign_in("lena")
    for step in ("annul", "restore"):
        page.set_content(lena.get(place).text)
        page.add_style_tag(path=STATIC / "leads.css")
        page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
        assert axe_faults(page) == []
        lena.post(f"{place}/{step}", text="A test")


def test_the_reason_can_be_redacted_and_the_follow_up_stays_open(lena: Somebody) -> None:
    office = lena.office
    one = answered(office, "0001", 1, 1, contact_welcome=True)
    office.wait(hours=26)
    lena.sign_in("lena")
    lena.post(f"/review/answers/{one}/annul", text="Kim tried it out")
    assert redact(lena, one, "Kim").status_code == 303
    assert [row["text"] for row in office.rows("notes")] == ["▇▇▇ tried it out"]
    (still_open,) = follow_ups.still_open(office.program.database)
    assert still_open.invitation_id == one


def test_the_customer_reads_that_the_answer_is_annulled(lena: Somebody) -> None:
    customer = Customer(lena.office, answered(lena.office, "0001", 1, 1))
    lena.office.wait(hours=26)
    assert "annulled" not in customer.open().text
    annul(lena.office, customer.invitation_id)
    page = customer.open().text
    assert "On 25 November 2026 we annulled this answer" in page
    assert "Received on" in page
    assert "Not read yet" not in page, "nothing more happens with this answer"
    assert "Not handled yet" not in page
    assert "Am 25. November 2026" not in customer.open("?lang=de").text
    assert (
        "Wir haben diese Antwort am 25. November 2026 annulliert" in customer.open("?lang=de").text
    )
    again = customer.send(ease="5", satisfaction="5")
    assert again.status_code == 409
    assert [answer.ease for answer in customer.answers] == [1]
