"""Week page, workbook, JSON, digest and published file have the same figures of a random history.

They are compared with plain counting over the history that the test made itself.
"""

import io
import json
import random
import re
from datetime import timedelta
from typing import Any, NamedTuple

import pytest
from python_calamine import CalamineWorkbook

from feedback_app.base.weeks import week_of
from feedback_app.jobs import digest
from published_results import read_folder
from tests.support.office import Office
from tests.support.published_office import OVER, PERIOD, START, answer, close
from tests.support.team import Somebody, words

FIRST, LAST = PERIOD.split("_")


class Given(NamedTuple):
    """An answer of the history; `was_sent_in` is the week in which the case was closed."""

    week: str
    was_sent_in: str
    scores: tuple[int, int]


class Told(NamedTuple):
    """What is told about one question: how many answers per point, 1 to 5, and the mean."""

    counts: list[int]
    mean: float

    @property
    def best(self) -> int:
        """Return how many answers chose 4 or 5."""
        return self.counts[3] + self.counts[4]


def told_of(given: list[Given], place: int) -> Told:
    points = [one.scores[place] for one in given]
    return Told([points.count(point) for point in range(1, 6)], sum(points) / len(points))


@pytest.fixture
def history(team_office: Office) -> tuple[list[str], list[Given]]:
    """Return the week of each closed case, and the answers, of 240 cases in four weeks."""
    rng, zone = random.Random(16), team_office.program.zone
    closed, given = [], []
    with team_office.program.database.write() as tx:
        for number in range(240):
            at = START + timedelta(hours=rng.randrange(26 * 24))
            closed.append(week_of(at, zone))
            kind = rng.choice(["software", "infrastructure", "security", "other"])
            invitation_id = close(team_office, tx, number, at, case_kind=kind)
            if rng.random() < 0.85:
                scores = rng.choice([1, 2, 3, 4, 4, 5, 5]), rng.choice([1, 3, 4, 5])
                then = at + timedelta(hours=rng.randrange(1, 40))
                answer(team_office, tx, invitation_id, *scores, then)
                given.append(Given(week_of(then, zone), closed[-1], scores))
    team_office.now = OVER
    return closed, given


@pytest.fixture
def ada(team_office: Office, history: Any) -> Somebody:
    return Somebody(team_office, "admin", "ada")


def digest_of(office: Office) -> str:
    text = digest.as_text(office.program, LAST, office.now, "en")
    return " ".join(text.replace("\u00a0", " ").split())


def summary_of(ada: Somebody, first: str) -> dict[str, list[Any]]:
    """Return the rows of a workbook's first sheet by their names."""
    sent = ada.post("/review/exports", first=first, last=LAST, form="xlsx")
    sheet = CalamineWorkbook.from_filelike(io.BytesIO(sent.data)).get_sheet_by_name("Summary")
    return {str(row[0]): row for row in sheet.to_python()}


def test_every_place_has_the_figures_of_plain_counting(
    ada: Somebody, history: tuple[list[str], list[Given]]
) -> None:
    closed, given = history
    of_week = [one for one in given if one.week == LAST]
    assert len(of_week) > 30
    page, written = words(ada.get(f"/review/{LAST}")), digest_of(ada.office)
    workbook, whole = summary_of(ada, LAST), summary_of(ada, FIRST)
    for place, short in enumerate(("CES", "CSS")):
        told, n = told_of(of_week, place), len(of_week)
        share = f"{100 * told.best / n:.0f}%"
        assert f"{share} {told.best} of {n} chose 4 or 5 · mean {told.mean:.1f}" in page
        chose = f"{short}: {share} ({told.best} of {n} chose 4 or 5, mean {told.mean:.1f})"
        assert chose in written
        assert workbook[short][2:4] == [told.best, n]
        assert whole[short][2:4] == [told_of(given, place).best, len(given)]
    asked = closed.count(LAST)
    reached = sum(one.was_sent_in == LAST for one in given)
    assert f"{reached} of {asked} surveyed customers" in page
    assert f"({reached} of {asked} surveyed customers)" in written
    assert workbook["Response rate"][2:4] == [reached, asked]


def test_a_json_export_and_the_published_file_have_the_figures_of_plain_counting(
    ada: Somebody, history: tuple[list[str], list[Given]]
) -> None:
    closed, given = history
    sent = ada.post("/review/exports", first=FIRST, last=LAST, form="json")
    exported = json.loads(sent.data)["answers"]
    assert sorted((one["ease"], one["satisfaction"]) for one in exported) == sorted(
        one.scores for one in given
    )
    shown = dict(
        re.findall(r'name="(period|code)" value="([^"]+)"', ada.get("/review/publish").text)
    )
    assert ada.post("/review/publish", **shown).status_code in (200, 303)
    (published,) = read_folder(ada.office.program.settings.results).results
    (wording,) = published.figures.scores.wordings
    for place, told in enumerate(wording.answers):
        counted = told_of(given, place)
        assert list(told.counts) == counted.counts
        assert told.mean == pytest.approx(counted.mean, abs=0.05)
        assert told.share.best == counted.best
    assert published.figures.participation.closed == len(closed)
    assert (published.figures.participation.answered, published.figures.participation.reached) == (
        len(given),
        len(closed),
    )
