"""Published figures on the site: in plain words, with their n, honest where there is little."""

import csv
import json
import re
import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from html import unescape
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from xml.etree import ElementTree
from xml.etree.ElementTree import Element, tostring

import pytest

from feedback_app.publish.drafts import approve
from feedback_app.publish.preview import comparison
from feedback_app.publish.rules import questions_of, rules_of
from feedback_app.publish.sums import figures_of
from knowledge_site import build as site_build
from knowledge_site.after.feed import entries
from knowledge_site.fill.placeholders import fill
from knowledge_site.results.downloads import as_json, write_downloads
from knowledge_site.results.view import ResultsView
from published_results import Correction, Published, Result, ResultsError, add, read_folder
from tests.support.axe import axe_faults
from tests.support.cohort_cases import (
    FACTS,
    CohortCase,
    a_case,
    a_response,
    an_answer,
    counts_of,
    figures,
)
from tests.support.published_drafts import a_draft, a_note, results

DAY = datetime(2026, 3, 1, 9, tzinfo=UTC)


def cases(count: int = 40, minutes: int = 20) -> list[CohortCase]:
    """Return answered cases whose first responses took about so many minutes, of two kinds."""
    made = []
    for number in range(count):
        case = an_answer(number % 5 + 1, 5 if number % 4 else 3)
        assert case.answered_at
        made.append(
            replace(
                case,
                case_kind="software" if number % 3 else "security",
                first_response_seconds=(minutes + number % 7) * 60,
                resolution_seconds=(number + 40) * 3600,
                duration_clock="calendar",
                read_at=case.answered_at + timedelta(days=number % 9),
            )
        )
    return made


def published(*periods: list[CohortCase], **changes: Any) -> Published:
    """Return the published periods, each with these cases."""
    drafts = [
        a_draft(number, figures=figures(held), **changes) for number, held in enumerate(periods)
    ]
    return Published(tuple(results(*drafts)))


def text_of(found: Element) -> str:
    """Return the words of an element with single blanks."""
    return " ".join(" ".join(found.itertext()).split())


def page_of(what: Published, language: str = "en") -> Element:
    return fill("results figures", FACTS, language, what)


def shown(what: Published, language: str = "en") -> str:
    return text_of(page_of(what, language))


def tiles(what: Published, language: str = "en") -> dict[str, str]:
    """Return the text of each tile after its name, by name."""
    found = page_of(what, language).findall(".//dl[@class='tiles']/div")
    return {text_of(tile[0]): " ".join(text_of(one) for one in tile[1:]) for tile in found}


def answers(good: int, bad: int) -> list[CohortCase]:
    """Return so many answers with 5 and with 1 to both questions."""
    return [an_answer(5, 5)] * good + [an_answer(1, 1)] * bad


@pytest.mark.parametrize("language", FACTS.languages)
def test_a_single_message_is_shown_when_nothing_is_published(language: str) -> None:
    found = page_of(Published(), language)
    assert [one.tag for one in found] == ["p"]
    assert text_of(found).startswith(
        {"en": "No figures have been published yet.", "de": "Bisher sind keine Zahlen"}[language]
    )


def test_the_tiles_are_the_five_metrics_in_this_order() -> None:
    what = published(cases(), cases())
    assert list(tiles(what)) == [
        "Customer Effort Score (CES)",
        "Customer Satisfaction Score (CSS)",
        "First response time",
        "Case resolution time",
        "Response rate",
    ]
    assert page_of(what).find("div/dl[@class='tiles']") is not None, "in front of every chart"


def test_the_period_is_in_words_and_the_weeks_are_a_detail() -> None:
    found = page_of(published(cases(), cases()))
    about = found.find("div[@id='latest']/p")
    assert about is not None
    assert "".join(about.itertext()) == (
        "26 January 2026 – 22 February 2026. Published on 1 March 2026, as of 1 March 2026. "
        "Compared with the period before, 29 December 2025 – 25 January 2026."
    )
    assert about[0].get("title") == "Weeks 2026-W05 to 2026-W08"
    german = shown(published(cases(), cases()), "de")
    assert (
        "26. Januar 2026 – 22. Februar 2026 . Veröffentlicht am 1. März 2026, Stand 1. März 2026."
        in german
    )
    for language in FACTS.languages:
        assert not re.search(r"W\d\d", shown(published(cases(), cases()), language))


def test_a_tile_has_a_value_its_change_and_the_number_behind_it() -> None:
    found = tiles(published(cases(), cases()))
    assert found["Customer Effort Score (CES)"] == (
        "40% no clear change (40% before) "
        "Found us easy or very easy to work with: 16 of 40. Mean 3.0 of 5."
    )
    assert found["First response time"] == (
        "23 min no clear change (23 min before) Aim met: 1 h. Within it: 40 of 40 (100%). "
        "Half of 40 cases took this long or less (calendar time)."
    )
    assert found["Case resolution time"].startswith("2 days 11 h 2 days 11 h before Half of 40")
    assert found["Response rate"] == (
        "100% no clear change (100% before) Surveys answered: 40 of 40."
    )


@pytest.mark.parametrize(
    ("before", "now", "change"),
    [
        (answers(20, 20), answers(38, 2), "up from 50%"),
        (answers(38, 2), answers(20, 20), "down from 95%"),
        (answers(30, 10), answers(32, 8), "no clear change (75% before)"),
        (answers(8, 4), answers(38, 2), "too few answers to compare"),
        (answers(38, 2), [an_answer(5, 5, wording_version=2)] * 40, "not comparable"),
    ],
)
def test_a_change_is_only_named_if_chance_would_hardly_explain_it(
    before: list[CohortCase], now: list[CohortCase], change: str
) -> None:
    found = tiles(published(before, now))
    assert f"% {change}" in found["Customer Effort Score (CES)"]
    assert f"% {change}" in found["Customer Satisfaction Score (CSS)"]


def test_the_site_and_the_leads_are_told_the_same_change() -> None:
    what = published(answers(20, 20), answers(30, 10))
    before, now = what.results
    sections = comparison(ResultsView(what, FACTS, "en"), now, before).values()
    rows = [row for section in sections for row in section]
    assert {row.change for row in rows if "95% range" in row.figure} == {"rise"}
    assert "75% up from 50%" in tiles(what)["Customer Effort Score (CES)"]


def test_a_slower_first_response_is_called_a_rise_only_if_fewer_met_the_aim() -> None:
    slower = tiles(published(cases(minutes=20), cases(minutes=90)))["First response time"]
    assert slower.startswith("1 h 33 min up from 23 min Aim missed: 1 h.")
    a_little = tiles(published(cases(minutes=20), cases(minutes=30)))["First response time"]
    assert a_little.startswith("33 min no clear change (23 min before)")
    faster = tiles(published(cases(minutes=90), cases(minutes=20)))["First response time"]
    assert faster.startswith("23 min down from 1 h 33 min")


def test_a_median_is_not_called_slower_if_the_aim_changed_between_the_periods() -> None:
    what = published(cases(minutes=20), cases(minutes=90))
    before, now = what.results
    halved = [one.model_copy(update={"seconds": one.seconds / 2}) for one in now.rules.targets]
    rules = now.rules.model_copy(update={"targets": tuple(halved)})
    changed = Published((before, now.model_copy(update={"rules": rules})))
    assert tiles(changed)["First response time"].startswith("1 h 33 min 23 min before Aim missed")


def test_the_first_period_has_no_change() -> None:
    assert tiles(published(cases()))["Response rate"] == "100% Surveys answered: 40 of 40."


def test_the_date_of_publishing_is_that_of_the_teams_time_zone() -> None:
    late = Published(tuple(results(a_draft(), at=datetime(2026, 2, 28, 23, 30, tzinfo=UTC))))
    assert "Published on 1 March 2026, as of 1 March 2026." in shown(late)
    (entry,) = (one for one in entries(FACTS, "en", late) if one.key == late.results[0].file_name)
    assert entry.day == DAY.date()


def test_a_missed_target_is_shown_as_clearly_as_a_met_one() -> None:
    late = published(cases(minutes=61))
    tile = tiles(late)["First response time"]
    assert tile.startswith("1 h 4 min Aim missed: 1 h. Within it: 0 of 40 (0%).")
    assert "Ziel verfehlt: 1 h." in shown(late, "de")


def test_a_target_met_by_exactly_half_is_met_even_if_the_median_is_above_it() -> None:
    half = [*cases(20, minutes=20), *cases(20, minutes=90)]
    assert "Aim met: 1 h. Within it: 20 of 40 (50%)." in shown(published(half))
    less = [*cases(20, minutes=20), *cases(21, minutes=90)]
    assert "Aim missed: 1 h." in shown(published(less))


def test_times_on_another_clock_are_shown_but_not_compared_with_the_target() -> None:
    business = [replace(case, duration_clock="business") for case in cases()]
    tile = tiles(published(business))["First response time"]
    assert "Our aim counts other hours (calendar time), so we don't compare the two." in tile
    assert "(business hours)" in tile
    assert "Aim met" not in tile
    both = published([*cases(), *business])
    assert "(calendar time)" in tiles(both)["First response time"]
    assert "First response time, business hours" in shown(both)
    assert "Ziel erreicht: 1 h." in shown(both, "de")
    assert "Zeit bis zur ersten Antwort, Geschäftszeit" in shown(both, "de")


def test_few_answers_have_counts_but_no_percentage() -> None:
    few = published(cases(12))
    assert tiles(few)["Customer Effort Score (CES)"] == (
        "4 of 12 Found us easy or very easy to work with: 4 of 12. Mean 2.8 of 5."
    )
    assert not re.search(r"\d%", shown(few).replace("90% took at most", ""))
    assert "given from 30 cases on" in shown(few)


def test_scores_show_every_count_and_the_exclusions() -> None:
    held = [*cases(), *[an_answer(1, 1, flagged=True)] * 3, *[an_answer(wording_version=2)] * 2]
    found = page_of(published(held))
    cells = ["".join(cell.itertext()) for cell in found.iter("td")]
    assert cells[:10] == ["8", "8", "8", "8", "8", "0", "0", "10", "0", "30"]
    text = text_of(found)
    assert "Not counted: 3 answers that seemed automated, 0 that we annulled" in text
    assert "(for example, tests), and 2 to another wording" in text
    assert "1 · Very difficult" in text


def test_each_reason_for_withholding_is_given_once_with_the_figures() -> None:
    few = [a_response(60)] * 4 + [a_case()] * 10 + cases(12)[:12]
    text = shown(published(few))
    assert text.count("Withheld: ") == 1
    assert (
        "Withheld: How soon we contacted customers with a low score. "
        "With fewer than 10 cases or answers, someone could guess individual ones."
    ) in text
    first = published(cases(20))
    earlier = first.results[0].figures
    again = figures([*cases(20), an_answer()], earlier)
    why = Correction(why="One case came in late.", changes=("a: 1 -> 2",))
    draft = a_draft(0, version=2, figures=again, correction=why)
    later = results(draft, published=first, at=DAY + timedelta(minutes=1))
    both = Published((*first.results, *later))
    found = tiles(both)
    assert found["Customer Effort Score (CES)"] == found["Response rate"] == "Withheld"
    text = shown(both)
    assert text.count("A correction changed so few cases that") == 1
    assert "Response rate; Scores" in text
    assert "Eine Korrektur änderte so wenige Fälle" in shown(both, "de")
    assert "Corrected, version 2: One case came in late." in text
    assert "version 2 of 1 March 2026: One case came in late." in text
    assert "a: 1 -> 2" in text


def test_withheld_figures_of_earlier_periods_say_so_in_the_history() -> None:
    what = published(cases(), cases())
    bare = what.results[0].figures.model_copy(update={"scores": None, "participation": None})
    first = what.results[0].model_copy(update={"figures": bare})
    history = shown(Published((first, what.results[1]))).split("Period by period")[1]
    assert history.count("Withheld") >= 3


def test_the_history_has_a_row_per_period_and_claims_no_change() -> None:
    text = shown(published(cases(), cases(20), cases())).split("Period by period")[1]
    for last_day in ("25 January 2026", "22 February 2026", "22 March 2026"):
        assert text.count(last_day) >= 10, "in five charts and in their tables"
    assert "only mention a rise or fall that chance would hardly explain" in text
    assert "22. Februar 2026" in shown(published(cases(), cases(20)), "de")
    assert "Period by period" not in shown(published(cases()))


def test_numbers_follow_the_language() -> None:
    assert tiles(published(cases()), "de")["Customer Effort Score (CES)"] == (
        "40 % Fanden die Zusammenarbeit leicht oder sehr leicht: 16 von 40. Mittelwert 3,0 von 5."
    )
    assert "%" not in shown(published(cases()), "de").replace("\u00a0%", "").replace(" %", "")
    assert " %" not in shown(published(cases())).replace("\u00a0", " ")
    german = ResultsView(Published(), FACTS, "de")
    english = ResultsView(Published(), FACTS, "en")
    assert (german.number(1234.5, 1), english.number(1234.5, 1)) == ("1.234,5", "1,234.5")


@pytest.mark.parametrize(
    ("seconds", "clock", "text"),
    [
        (59, "calendar", "59 s"),
        (3599, "calendar", "59 min"),
        (7500, "calendar", "2 h 5 min"),
        (7200, "business", "2 h"),
        (86_400, "calendar", "1 day"),
        (133_740, "calendar", "1 day 13 h"),
        (273_600, "calendar", "3 days 4 h"),
        (273_600, "business", "76 h"),
    ],
)
def test_durations_are_human_readable(seconds: int, clock: str, text: str) -> None:
    assert ResultsView(Published(), FACTS, "en").duration(seconds, clock) == text


def test_two_wordings_are_shown_separately() -> None:
    held = [*[an_answer(5, 5)] * 12, *[an_answer(1, 1, wording_version=2)] * 11]
    text = shown(published(held))
    assert "Customer Effort Score (CES), wording 1" in text
    assert "Customer Effort Score (CES), wording 2" in text
    assert text.count("1 · Very difficult") == 2, "in the picture and the table of wording 1 alone"


def test_a_wording_is_read_from_any_file_and_copied_into_later_ones() -> None:
    first = published(cases())
    survey = FACTS.survey.model_copy(update={"wording_version": 2})
    questions = tuple(
        one.model_copy(
            update={"points": tuple({"en": f"New {point['en']}"} for point in one.points)}
        )
        for one in FACTS.questions
    )
    renewed = FACTS.model_copy(update={"survey": survey, "questions": questions})
    held = [*[an_answer(5, 5)] * 12, *[an_answer(1, 1, wording_version=2)] * 11]
    counts = figures_of(counts_of(held), questions, rules_of(FACTS))
    later = approve(
        [a_draft(1, figures=counts)], renewed, first, "A lead for tests", DAY + timedelta(days=9)
    )
    assert {one.wording_version for one in later[0].questions} == {1, 2}
    assert later[0].questions[-1].points == first.results[0].questions[-1].points
    text = shown(Published((*first.results, *later)))
    assert text.count("1 · Very difficult") == 2
    assert text.count("1 · New Very difficult") == 2
    bare = later[0].model_copy(update={"questions": questions_of(renewed)})
    assert "1 · Very difficult" in shown(Published((*first.results, bare)))
    assert "1 · Very difficult" not in shown(Published((bare,)))


def test_a_new_language_shows_old_files_in_their_original_language() -> None:
    later = ResultsView(Published(), FACTS, "de")
    assert later.in_language({"en": "Easy", "de": "Leicht"}) == "Leicht"
    assert later.in_language({"en": "Easy"}) == "Easy"


def test_the_history_shows_one_year_and_the_downloads_have_the_rest() -> None:
    what = published(*[cases(12)] * 13)
    text = shown(what)
    assert "25 January 2026" not in text
    assert "22 February 2026" in text
    assert "Up to 12 periods are shown" in text
    assert len(as_json(what)["results"]) == 13


def test_notes_are_listed_newest_first_in_their_language() -> None:
    first = a_note({"en": "We answer <b>sooner</b>.", "de": "Wir antworten früher."})
    second = a_note({"de": "Nur deutsch & kurz."}, number=2)
    both = Published(notes=(first, second))
    english = tostring(page_of(both), encoding="unicode")
    assert english.index("Nur deutsch &amp; kurz.") < english.index("We answer &lt;b&gt;sooner")
    assert '<p lang="de"><bdi>Nur deutsch' in english
    assert 'id="note-2026-w09-2"' in english
    assert "From the meeting in the week of 23 February 2026, published on 1 March 2026" in english
    assert "Wir antworten früher." in shown(both, "de")


def test_a_note_with_a_control_character_is_shown_without_it() -> None:
    assert "We answer sooner." in shown(Published(notes=(a_note({"en": "We\x0b answer sooner."}),)))


def test_the_feed_has_figures_corrections_and_notes() -> None:
    first = published(cases())
    why = Correction(why="A reason.", changes=())
    later = results(
        a_draft(0, version=2, correction=why), published=first, at=DAY + timedelta(days=1)
    )
    what = Published((*first.results, *later), (a_note({"de": "Wir antworten früher."}),))
    told = {entry.title: entry for entry in entries(FACTS, "en", what)}
    days = [entry.day for entry in told.values()]
    assert days == sorted(days, reverse=True), "the newest comes first"
    correction = next(one for title, one in told.items() if "were corrected" in title)
    assert (correction.text, correction.page) == ("A reason.", "how-we-are-doing.html#corrections")
    note = told["You said, we did"]
    assert (note.text, note.day) == ("Wir antworten früher.", DAY.date())
    assert note.page == "how-we-are-doing.html#note-2026-w09-1"
    sample = entries(FACTS, "en", published(cases(), sample=True))
    assert any(one.title.startswith("Sample data. Our figures for") for one in sample)


def test_feed_entries_link_to_the_current_figures_of_their_period() -> None:
    feed = entries(FACTS, "en", published(cases(), cases()))
    pages = [one.page for one in feed if one.title.startswith("Our figures for")]
    assert sorted(pages) == ["how-we-are-doing.html#history", "how-we-are-doing.html#latest"]
    anchors = {one.get("id") for one in page_of(published(cases(), cases())).iter()}
    assert {"latest", "history"} <= anchors


def test_a_second_clock_with_too_few_cases_is_named_among_the_withheld_figures() -> None:
    few = [replace(case, duration_clock="business") for case in cases(5)]
    both = published([*cases(), *few])
    assert "; First response time, business hours; Case resolution time, business" in shown(both)
    assert "; Zeit bis zur ersten Antwort, Geschäftszeit; " in shown(both, "de")
    alone = published(few + few[:1])
    assert tiles(alone)["First response time"] == "Withheld"
    assert "; First response time; " in shown(alone)


def test_the_metrics_table_shows_the_latest_value_next_to_the_target() -> None:
    table = fill("table metrics", FACTS, "en", published(cases(), cases()))
    rows = {row.get("id"): text_of(row) for row in table.iter("tr")}
    response = rows["metric-first-response-time"]
    assert (
        "Last measured: half took 23 min or less (calendar time, n = 40); within our aim: 40 of 40"
        in response
    )
    assert "mean" not in response.lower()
    assert "mean 3.0; chose 4 or 5: 16 of 40 (40%)" in rows["metric-ces"]
    assert "Last measured: 40 of 40 (100%)" in rows["metric-response-rate"]
    assert "measured" not in text_of(fill("table metrics", FACTS, "en")).lower()
    sample = text_of(fill("table metrics", FACTS, "en", published(cases(), sample=True)))
    assert "Sample data. Last measured" in sample


def test_only_sample_data_has_a_banner() -> None:
    assert "Sample data." in shown(published(cases(), sample=True))
    assert "Sample data." not in shown(published(cases()))


def test_the_approvers_name_is_on_no_page_and_in_no_download() -> None:
    what = replace(published(cases()), notes=(a_note({"en": "We answer sooner."}),))
    for name in ("table metrics", "results figures"):
        for language in FACTS.languages:
            assert "A lead for tests" not in text_of(fill(name, FACTS, language, what))
    assert "A lead for tests" not in json.dumps(as_json(what))


def test_downloads_have_every_figure_of_every_version(tmp_path: Path) -> None:
    what = published(cases(), cases(12))
    write_downloads(tmp_path, what)
    read = json.loads((tmp_path / "data/results.json").read_text())
    assert [one["file"] for one in read["results"]] == [one.file_name for one in what.results]
    for one, result in zip(read["results"], what.results, strict=True):
        del one["file"]
        one["approved"]["by"] = result.approved.by
        assert Result.model_validate_json(json.dumps(one)) == result
    with (tmp_path / "data/results.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert {row["support-results-1:first_week"] for row in rows} == {"2026-W01", "2026-W05"}
    found = {
        (row["last_week"], row["metric"], row["part"], row["figure"]): (row["value"], row["n"])
        for row in rows
    }
    assert len(found) == len(rows), "no figure stands twice"
    assert found["2026-W04", "ces", "wording 1", "answers_5"] == ("8", "40")
    assert found["2026-W04", "ces", "wording 1", "share_4_or_5"] == ("0.4", "40")
    assert ("2026-W08", "ces", "wording 1", "share_4_or_5") not in found
    assert found["2026-W04", "first_response_time", "calendar", "within_target"] == ("40", "40")
    assert (
        found["2026-W04", "first_response_time", "calendar security", "median_seconds"][1] == "14"
    )
    assert found["2026-W08", "response_rate", "", "answered"] == ("12", "12")
    assert found["2026-W04", "conduct", "", "read_in_time"] == ("36", "40")


def test_downloads_exist_before_anything_is_published(tmp_path: Path) -> None:
    write_downloads(tmp_path, Published())
    assert json.loads((tmp_path / "data/results.json").read_text()) == {"results": [], "notes": []}
    assert (tmp_path / "data/results.csv").read_text().startswith("support-results-1:first_week,")


# --- The built page --------------------------------------------------------------------------


# What would change or stop the build if it were read as anything but text.
HOSTILE = (
    "Greets {{ name }} and {{ survey.minimum_n }} {% if x %} {# y #} }} %} {why} {0} "
    "**bold** [link](https://x.example) <b>tag</b> <!-- title: x --> R&D </bdi> \u202ereversed"
)


@pytest.fixture(scope="module")
def site(tmp_path_factory: Any) -> Path:
    """The site, built with two published periods, a correction and a note."""
    folder = tmp_path_factory.mktemp("published")
    add(folder / "results", published(cases(), cases(12)).results)
    first = read_folder(folder / "results")
    why = Correction(
        why=f"Twelve cases came in late. {HOSTILE}", changes=("participation.closed: 12 -> 24",)
    )
    twelve_more = figures(cases(24))
    fixed = a_draft(1, version=2, figures=twelve_more, correction=why)
    add(folder / "results", results(fixed, published=first, at=DAY + timedelta(days=2)))
    words = {"en": f"We answer sooner. {HOSTILE}", "de": f"Wir antworten früher. {HOSTILE}"}
    add(folder / "results", [a_note(words)])
    site_build.build(folder / "site", results=folder / "results")
    return folder / "site"


@pytest.fixture(scope="module")
def address(site: Path) -> Any:
    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, *args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(site)))
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.mark.parametrize("language", ["", "de/"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390, 320])
def test_axe_finds_no_fault_and_the_page_never_scrolls_sideways(
    browser: Any, address: str, width: int, scheme: str, language: str
) -> None:
    context = browser.new_context(color_scheme=scheme, viewport={"width": width, "height": 900})
    page = context.new_page()
    page.goto(f"{address}{language}how-we-are-doing.html")
    assert axe_faults(page) == []
    page.evaluate("document.querySelectorAll('article details').forEach(one => one.open = true)")
    assert axe_faults(page) == [], "with every table unfolded"
    assert page.evaluate("document.documentElement.scrollWidth") == width
    context.close()


def test_notes_and_reasons_are_shown_as_they_were_written(site: Path) -> None:
    for folder, note in (("", "We answer sooner."), ("de", "Wir antworten früher.")):
        page = (site / folder / "how-we-are-doing.html").read_text(encoding="utf-8")
        quoted = [unescape(one) for one in re.findall(r"<bdi>(.*?)</bdi>", page)]
        assert quoted.count(f"{note} {HOSTILE}") == 1
        assert quoted.count(f"Twelve cases came in late. {HOSTILE}") >= 1
        feed = ElementTree.fromstring((site / folder / "feed.xml").read_text(encoding="utf-8"))
        assert f"{note} {HOSTILE}" in [one.text for one in feed.iter()]


def test_the_page_works_without_scripts_and_its_files_can_be_downloaded(
    browser: Any, address: str
) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    for folder in ("", "de/"):
        page.goto(f"{address}{folder}how-we-are-doing.html")
        page.get_by_role("link", name={"": "All figures", "de/": "Alle Zahlen"}[folder]).click()
        for name in ("results.csv", "results.json"):
            target = page.get_by_role("link", name=name).evaluate("link => link.href")
            assert page.request.get(target).ok
        page.go_back()
        assert "Twelve cases came in late." in page.content()
    context.close()


def test_sample_data_is_never_mixed_with_real_results(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "results"
    add(folder, published(cases(), sample=True).results)
    monkeypatch.setattr(site_build, "RESULTS", folder)
    with pytest.raises(ResultsError, match="contains sample data: move it to a separate folder"):
        site_build.build(tmp_path / "site", results=folder)


def test_figures_of_a_random_sample_name_its_share() -> None:
    (latest,) = published(cases()).results
    rules = latest.rules.model_copy(update={"sampling_percent": 20})
    of_a_sample = Published((latest.model_copy(update={"rules": rules}),))
    sentence = "We asked about 20% of the closed cases, chosen at random."
    assert sentence in shown(of_a_sample)
    assert "chosen at random" not in shown(published(cases()))
