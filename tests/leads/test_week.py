"""The week in numbers and words: the same sums as by hand, and honest when there is little."""

import re
from datetime import timedelta
from html import unescape
from typing import Any

import pytest

from feedback_app.base.weeks import weeks_back
from tests.support.office import Office
from tests.support.team import Somebody, answered, words

WEEK = "2026-W48"


@pytest.fixture
def rita(team_office: Office) -> Somebody:
    return Somebody(team_office, "reader", "rita")


def table(page: Any, caption: str) -> list[list[str]]:
    """Return the rows of the table with this caption."""
    (found,) = re.findall(rf"<caption>\s*{re.escape(caption)}.*?</table>", page.text, re.DOTALL)
    rows = re.findall(r"<tr>(.*?)</tr>", found, re.DOTALL)
    return [[unescape(re.sub(r"<[^>]+>", "", one)) for one in _cells(row)] for row in rows]


def _cells(row: str) -> list[str]:
    return re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.DOTALL)


def bars(page: Any) -> list[list[int]]:
    """Return the answers per point of both questions, 1 to 5."""
    lists = re.findall(r'<ul class="bars">(.*?)</ul>', page.text, re.DOTALL)
    return [
        [int(one) for one in re.findall(r'bars__count">([0-9]+)', found)][::-1] for found in lists
    ]


def test_the_counts_of_both_questions_agree_with_counting_by_hand(rita: Somebody) -> None:
    given = [(5, 4), (5, 5), (2, 3), (1, 2), (4, 4)]
    for number, (ease, satisfaction) in enumerate(given):
        answered(rita.office, f"{number:04}", ease, satisfaction)
    page = rita.get(f"/review/{WEEK}")
    assert bars(page) == [
        [sum(1 for one in given if one[at] == point) for point in (1, 2, 3, 4, 5)] for at in (0, 1)
    ]
    said = words(page)
    assert "CES Customer Effort Score ? Definition: CES 3.4 mean of 5 answers" in said
    assert "CSS Customer Satisfaction Score ? Definition: CSS 3.6 mean of 5 answers" in said
    for query, count in (("score=2", 1), ("satisfaction=4", 2), ("ease=5&satisfaction=5", 1)):
        shown = words(rita.get(f"/review/{WEEK}/answers?{query}"))
        assert f"Showing {count} of 5." in shown


def test_answers_to_another_wording_are_shown_separately(rita: Somebody) -> None:
    answered(rita.office, "1", 5, 5)
    one = answered(rita.office, "2", 1, 2)
    with rita.office.program.database.write() as tx:
        tx.run("UPDATE answers SET wording_version = 7 WHERE invitation_id = :id", id=one)
        tx.run("UPDATE week_scores SET wording_version = 7 WHERE ease = 1")
    page = rita.get(f"/review/{WEEK}")
    assert "5.0 mean of 1 answer" in words(page)
    assert "1 answer to an older wording of the questions is counted separately." in words(page)
    assert table(page, "Answers to wording 7 of the questions")[1:] == [
        ["CES", "1", "0", "0", "0", "0", "1", "1.0"],
        ["CSS", "0", "1", "0", "0", "0", "1", "2.0"],
    ]


def test_the_cohort_has_numerator_denominator_and_an_open_end(rita: Somebody) -> None:
    answered(rita.office, "1", case_kind="software")
    rita.office.invite("2", case_kind="software")
    rita.office.invite("3", case_kind="security", closure_reason="no_reply")
    place = f"/review/{WEEK}/closed"
    said = words(rita.get(place))
    assert "Response rate: 33% (1 of 3 surveyed customers answered)" in said
    assert "Open: answers can still arrive until" in said
    assert "1 of 3 surveyed customers, open until 8 Dec 2026" in words(rita.get(f"/review/{WEEK}"))
    rows = table(rita.get(place), "By case kind")
    assert rows[1:] == [["Software", "1", "1", "2"], ["Security", "0", "1", "1"]]
    rita.office.wait(days=21)
    rita.sign_in("rita")
    assert "Final: all survey links have expired" in words(rita.get(place))
    assert "open until" not in words(rita.get(f"/review/{WEEK}"))


def test_every_figure_has_its_definition_from_the_facts_one_click_away(rita: Somebody) -> None:
    answered(rita.office, "1")
    definitions, links = rita.get("/review/definitions"), ""
    for place in (WEEK, f"{WEEK}/closed"):
        links += rita.get(f"/review/{place}").text
    for metric in rita.office.program.facts.metrics:
        assert metric.definition["en"] in words(definitions)
        assert f"Formula: {metric.formula['en'].rstrip('.')}." in words(definitions)
        assert f"{metric.direction['en']}." in words(definitions)
        assert f'href="/review/definitions#{metric.key}"' in links
    for anchor in set(re.findall(r'"/review/definitions#(\w+)"', links)):
        assert f'id="{anchor}"' in definitions.text


def test_each_definition_is_linked_at_most_once_on_the_overview(rita: Somebody) -> None:
    answered(rita.office, "1")
    found = re.findall(r'"(/review/definitions#\w+)"', rita.get(f"/review/{WEEK}").text)
    assert len(found) == len(set(found)) == 6


def test_an_empty_week_shows_a_notice(rita: Somebody) -> None:
    said = words(rita.get("/review/2026-W40"))
    assert "No answers this week." in said
    assert "No cases were closed this week." in said
    assert "Nothing to read" in said
    assert "Too few answers to compare with the weeks before." in said
    assert "%" not in said.split("If nothing changes")[0]


def test_the_current_and_the_next_week_show_a_notice(rita: Somebody) -> None:
    assert "The week is still running." in words(rita.get(f"/review/{WEEK}"))
    assert "The week has not started." in words(rita.get("/review/2026-W50"))


@pytest.mark.parametrize("wrong", ["2026-W54", "last-week", "2026-W47x", "9999-W52", "0001-W01"])
def test_an_invalid_week_is_not_found(rita: Somebody, wrong: str) -> None:
    page = rita.get(f"/review/{wrong}")
    assert page.status_code == 404
    assert "for example 2026-W47" in page.text


@pytest.mark.parametrize("typed", ["2026-W45", "45", "2026-11-05", "5.11.2026"])
def test_any_week_can_be_reached_by_typing(rita: Somebody, typed: str) -> None:
    assert rita.get(f"/review/?week={typed}").location == "/review/2026-W45"
    page = rita.get(f"/review/{typed}")
    assert "week 45" in words(page) if typed == "2026-W45" else page.location == "/review/2026-W45"


def test_the_dates_of_a_week_are_shown_next_to_its_number(rita: Somebody) -> None:
    page = words(rita.get("/review/2026-W47"))
    assert "16–22 Nov 2026 week 47" in page
    page = words(rita.get("/review/2026-W53?lang=de"))
    assert "28. Dez. 2026 – 3. Jan. 2027 KW 53" in page


def test_the_navigation_marks_the_week_on_every_page_about_a_week(rita: Somebody) -> None:
    for place in (WEEK, f"{WEEK}/meeting", f"{WEEK}/minutes"):
        assert '<a href="/review/" aria-current=page>Week</a>' in rita.get(f"/review/{place}").text
    page = rita.get("/review/unread").text
    assert '<a href="/review/unread" aria-current=page>To read</a>' in page
    assert page.count("aria-current") == 1


def test_filters_hide_answers_but_do_not_change_figures(rita: Somebody) -> None:
    answered(rita.office, "SOFT-1", 1, 5, comment="Slow, Straße", case_kind="software", team="Blue")
    answered(rita.office, "INFRA-1", 5, 5, case_kind="infrastructure", team="Red", customer="Other")
    for query in (
        *("kind=software", "team=Blue", "score=1", "ease=1", "comment=yes"),
        *("words=slow", "words=strasse", "words=STRA%C3%9FE", "kind=software&weeks=13"),
    ):
        page = rita.get(f"/review/{WEEK}/answers?{query}")
        assert "SOFT-1" in page.text, query
        assert "INFRA-1" not in page.text, query
        assert "Showing 1 of 2." in page.text, query
    for query in ("customer=Other", "comment=no", "score=5", "ease=5&satisfaction=5"):
        page = rita.get(f"/review/{WEEK}/answers?{query}")
        assert "INFRA-1" in page.text, query
        assert "SOFT-1" not in page.text, query
    assert "Showing 0 of 2." in rita.get(f"/review/{WEEK}/answers?words=%25").text
    assert "2 answers" in words(rita.get(f"/review/{WEEK}/answers?score=9&page=x&weeks=99"))


def test_each_bar_is_a_link_to_the_answers_it_counts(rita: Somebody) -> None:
    for number, ease in enumerate((5, 5, 3)):
        answered(rita.office, f"N-{number}", ease, 4)
    page = rita.get(f"/review/{WEEK}").text
    links = re.findall(rf'href="(/review/{WEEK}/answers\?(?:ease|satisfaction)=[0-9])"', page)
    assert links == [
        f"/review/{WEEK}/answers?{one}" for one in ("ease=5", "ease=3", "satisfaction=4")
    ]
    for link, cases in zip(links, (["N-0", "N-1"], ["N-2"], ["N-0", "N-1", "N-2"]), strict=True):
        shown = rita.get(link).text
        assert [f"N-{one}" for one in range(3) if f"N-{one}" in shown] == cases


def test_many_answers_are_shown_in_pages_lowest_first(rita: Somebody) -> None:
    scores = [5] * 45 + [1] * 2 + [3] * 5
    for number, score in enumerate(scores):
        answered(rita.office, f"N-{number:02}", score, score)
    place = f"/review/{WEEK}/answers"
    pages = [rita.get(f"{place}?page={number}").text for number in (1, 2)]
    found = [re.findall(r"Case (N-[0-9]+)", page) for page in pages]
    assert [len(one) for one in found] == [50, 2]
    assert found[0][:7] == [f"N-{number}" for number in range(45, 52)]
    assert set(found[0] + found[1]) == {f"N-{number:02}" for number in range(52)}
    assert "Page 1 of 2" in pages[0]
    assert f'href="{place}?page=1" rel="prev"' in pages[1]
    assert rita.get(f"{place}?page=99").text.count("Case N-") == 2


def test_hostile_text_is_escaped_and_a_hostile_link_is_not_a_link(rita: Somebody) -> None:
    answered(
        rita.office,
        "<i>1</i>",
        1,
        1,
        comment="<script>alert(1)</script>\u202e",
        case_url="javascript:alert(1)",
        customer="{{ 7 * 7 }}",
        case_kind="<u>kind</u>",
    )
    page = rita.get(f"/review/{WEEK}/answers").text + rita.get(f"/review/{WEEK}/groups").text
    page += rita.get(f"/review/{WEEK}").text
    for bad in ("<script>alert", "javascript:", "<i>1", "<u>kind", "\u202e"):
        assert bad not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "{{ 7 * 7 }}" in page


def test_a_case_links_to_the_case_system(rita: Somebody) -> None:
    answered(rita.office, "0001", case_url="https://cases.example/1?a=1&b=2")
    page = rita.get(f"/review/{WEEK}/answers").text
    assert 'href="https://cases.example/1?a=1&amp;b=2"' in page


def test_sample_data_is_labelled_on_the_week_page(rita: Somebody) -> None:
    answered(rita.office, "1", source="sample")
    assert "Sample data: none of these cases exists." in rita.get(f"/review/{WEEK}").text
    answered(rita.office, "2")
    assert "Some of these cases are samples" in rita.get(f"/review/{WEEK}").text


def test_the_review_is_available_in_german(rita: Somebody) -> None:
    answered(rita.office, "1", 5, 4)
    page = rita.get(f"/review/{WEEK}?lang=de")
    assert '<html lang="de">' in page.text
    assert "4,0 Mittelwert aus 1 Antwort" in words(page)
    assert '<html lang="de">' in rita.get("/review/unread").text, "the choice stays"


def test_ninetieth_percentiles_need_thirty_cases(rita: Somebody) -> None:
    for number in range(30):
        opened = rita.office.now - timedelta(hours=number + 1)
        rita.office.invite(str(number), opened_at=opened, closure_reason="confirmed")
        if number == 28:
            assert "n below 30" in rita.get(f"/review/{WEEK}/closed").text
    page = rita.get(f"/review/{WEEK}/closed")
    rows = table(page, "Measured in calendar time, for 30 of 30 cases closed this week")
    # Nearest rank: the 27th of 30 hours.
    assert rows[1] == ["All kinds", "30", "15 h 30 min", "1 day 3 h"]


def test_the_start_page_is_the_last_complete_week(rita: Somebody) -> None:
    assert rita.get("/review/").location == "/review/2026-W47"


def test_sample_answers_are_labelled_wherever_they_are_counted(rita: Somebody) -> None:
    said = "Some of these answers are samples, so these figures are not real results."
    answered(rita.office, "1", source="sample")
    rita.office.wait(days=7)
    rita.sign_in("rita")
    answered(rita.office, "2")
    page = words(rita.get("/review/2026-W49"))
    assert page.count(said) == 1
    assert "none of these cases exists" not in page, "the week itself holds no sample"
    assert said not in words(rita.get("/review/2026-W47"))
    rita.office.wait(weeks=38)
    rita.sign_in("rita")
    assert said in words(rita.get("/review/2027-W32"))
    assert said not in words(rita.get("/review/2027-W34"))
    assert "Einige dieser Antworten sind Beispiele" in rita.get("/review/2026-W49?lang=de").text


def count_answers(office: Office, good: dict[str, tuple[int, int]]) -> None:
    """Store, for each week, how many of how many answers had a 5; the others had a 1."""
    with office.program.database.write() as tx:
        for week, (best, n) in good.items():
            for score, answers in ((5, best), (1, n - best)):
                tx.run(
                    "INSERT INTO week_scores VALUES (:week, :wording, :score, :score, :answers)",
                    week=week,
                    wording=office.program.facts.survey.wording_version,
                    score=score,
                    answers=answers,
                )


FALL = {
    "en": "Down 8 points in the last 4 weeks compared with the 12 weeks before "
    "(likely −14 to −3 points).",
    "de": "8 Punkte niedriger in den letzten 4 Wochen verglichen mit den 12 Wochen davor "
    "(wahrscheinlich −14 bis −3 Punkte).",
}


@pytest.mark.parametrize("language", ["en", "de"])
def test_a_fall_over_some_weeks_is_announced(rita: Somebody, language: str) -> None:
    """W44 to W48 had 68% after 77%, with 180 answers a week."""
    weeks = weeks_back(WEEK, 38)
    count_answers(rita.office, dict.fromkeys(weeks[:-5], (139, 180)))
    count_answers(rita.office, dict.fromkeys(weeks[-5:], (123, 180)))
    page = rita.get(f"/review/{WEEK}?lang={language}")
    assert words(page).count(FALL[language]) == 2
    assert page.text.count('class="verdict fall"') == 2
    assert "verdict rise" not in page.text
    before = words(rita.get("/review/2026-W43?lang=en"))
    assert before.count("No clear change this week compared with the 12 weeks before") == 2


def test_weeks_and_points_of_the_chart_are_links(rita: Somebody) -> None:
    weeks = weeks_back(WEEK, 26)
    count_answers(rita.office, dict.fromkeys(weeks_back(WEEK, 38), (30, 40)))
    page = rita.get(f"/review/{WEEK}").text
    chart, rest = page.split("</svg>", 1)
    assert re.findall(r'<a href="/review/([0-9W-]+)" tabindex="-1">', chart) == weeks
    rows = rest.split("<details")[-1]
    assert re.findall(r'<th scope="row"><a href="/review/([0-9W-]+)"', rows) == weeks[::-1]


def test_a_target_of_the_operator_is_a_line_in_the_chart(rita: Somebody) -> None:
    count_answers(rita.office, dict.fromkeys(weeks_back(WEEK, 38), (30, 40)))
    assert "trend__target" not in rita.get(f"/review/{WEEK}").text
    browser = Somebody(rita.office.aiming("css", target_percent=80))
    browser.sign_in("rita")
    page = browser.get(f"/review/{WEEK}")
    assert page.text.count('class="trend__target"') == 1
    assert "dashed: target 80%" in words(page)


def test_groups_show_a_share_from_30_answers_and_nothing_below_10(rita: Somebody) -> None:
    for team, n in (("Zebra", 30), ("alpha", 29), ("Beta", 9)):
        for number in range(n):
            answered(rita.office, f"{team}-{number}", 5 if number % 3 else 2, 4, team=team)
    page = rita.get(f"/review/{WEEK}/groups")
    (rows,) = re.findall(r"<h2>By team</h2>(.*?)</section>", page.text, re.DOTALL)
    said = " ".join(unescape(re.sub(r"<[^>]+>", " ", rows)).split())
    # 20 of 30, with the Wilson interval calculated by hand: 48.8% to 80.8%.
    assert "alpha 29 19 of 29 chose 4 or 5 29 of 29 chose 4 or 5 Zebra 30 67% 49–81% 100" in said
    assert "1 more with fewer than 10 answers is not shown." in said
    assert "Beta" not in said
    assert rows.count("<circle") == 2
    assert f'href="/review/{WEEK}/answers?weeks=13&amp;team=Zebra"' in rows


def test_groups_are_counted_over_the_chosen_weeks(rita: Somebody) -> None:
    for number in range(10):
        answered(rita.office, f"OLD-{number}", 4, 4, case_kind="security")
    rita.office.wait(weeks=3)
    rita.sign_in("rita")
    for weeks, is_shown in ((1, False), (4, True), (13, True)):
        page = words(rita.get(f"/review/2026-W51/groups?weeks={weeks}"))
        assert ("Security 10 10 of 10 chose 4 or 5" in page) == is_shown


def test_the_page_stays_small_in_a_week_with_many_answers(rita: Somebody) -> None:
    for number in range(60):
        answered(rita.office, f"{number}", 1, 1, comment="x" * 4000)
    assert len(rita.get(f"/review/{WEEK}").data) < 50_000
