"""Reports of a week: their content, and that customers' input stays text."""

import csv
import io
import json
import re
import tracemalloc
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import repeat
from pathlib import Path
from urllib.parse import unquote

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from charts import numbers
from feedback_app.base.files import replace_file
from feedback_app.base.spreadsheet import guarded, unguarded
from feedback_app.base.text import clean
from feedback_app.records import AnsweredCase
from feedback_app.reports.csv_export import (
    BYTE_ORDER_MARK,
    COLUMNS,
    SEPARATORS,
    usual_separator,
    week_as_csv,
)
from feedback_app.reports.json_export import answers_as_json
from feedback_app.reports.markdown_export import week_as_markdown
from feedback_app.reports.markdown_quoting import JOINER, inline, link, quote
from feedback_app.reports.terminal import answers_as_lines
from feedback_app.review.week import summarise_week
from tests.support.answered import FACTS, IN_WEEK, NOW, WEEK, a_case, an_answer, closed_week
from tests.support.markdown_pages import DIALECTS, HOSTILE, Page, squeezed, typed


def readable(text: str) -> str:
    """Return the part of `text` that a page should show."""
    return squeezed(re.sub("[\u202a-\u202e\u2066-\u2069]", "", clean(text)))


@pytest.mark.parametrize("extensions", DIALECTS, ids=["bare", "extra", "pymdown"])
@settings(deadline=None)
@given(text=typed)
@example(text="\n".join(HOSTILE))
@example(text="\n\n".join(HOSTILE))
def test_a_quoted_comment_is_plain_text(extensions: tuple[str, ...], text: str) -> None:
    page = Page(f"before\n\n{quote(text)}\n\nafter\n", extensions)
    assert set(page.tags) <= {"p", "blockquote", "br"}
    assert page.tags.count("blockquote") == 1
    assert page.attributes == []
    assert squeezed(page.text) == " ".join(f"before {readable(text)} after".split())


def test_line_breaks_and_paragraphs_of_a_comment_are_kept() -> None:
    page = Page(quote("\none\ntwo\n\n\n   three\n"))
    assert page.tags == ["blockquote", "p", "br", "p"]
    assert squeezed(page.text) == "one two three"


def test_a_plain_comment_reads_the_same_in_the_source() -> None:
    said = "Quick (3 days), and friendly: thanks! 100 % - x = 5 + 2; C:/shop/a.php 4.5"
    assert quote(said) == f"> {said}"


@pytest.mark.parametrize(
    ("typed", "active"),
    [
        ("@everyone", "@e"),
        ("me@evil.example", "@e"),
        ("https://evil.example", "://"),
        ("HTTPS://evil.example", "://"),
        ("www.evil.example", "www."),
        ("WWW.evil.example", "WWW."),
        ("see #12", "#1"),
        (":smile:", ":smile:"),
    ],
)
def test_automatic_links_and_mentions_are_broken_up(typed: str, active: str) -> None:
    shown = Page(quote(typed)).text
    assert active not in shown
    assert shown.replace(JOINER, "").strip() == typed


@pytest.mark.parametrize("extensions", DIALECTS, ids=["bare", "extra", "pymdown"])
@settings(deadline=None)
@given(text=typed)
def test_headings_and_cells_keep_any_text_on_one_line(
    extensions: tuple[str, ...], text: str
) -> None:
    rows = f"| a | b |\n| --- | --- |\n| {inline(text)} | {inline(text)} |"
    page = Page(f"# x {inline(text)}\n\n{rows}\n", (*extensions, "tables"))
    assert set(page.tags) <= {"h1", "table", "thead", "tbody", "tr", "th", "td"}
    assert {name for name, _ in page.attributes} <= {"id"}
    assert page.tags.count("td") == 2
    assert squeezed(page.text) == " ".join(
        f"x {readable(text)} a b {readable(text)} {readable(text)}".split()
    )


@pytest.mark.parametrize(
    "address",
    [
        "javascript:alert(1)",
        "JavaScript:alert(1)",
        "data:text/html,x",
        "//host.example/x",
        "https:",
        "https:///x",
        "http://[::1",
        "cases/1",
        "\njavascript:alert(1)//http://x",
        "",
        None,
    ],
)
def test_only_web_addresses_become_links(address: str | None) -> None:
    page = Page(link("0012", address))
    assert (page.tags, page.text.strip()) == (["p"], "0012")


addresses = st.one_of(
    st.sampled_from(["https://cases.example/", "http://cases.example/?q="]).flatmap(
        lambda start: typed.map(lambda end: start + end)
    ),
    typed,
)


@pytest.mark.parametrize("extensions", DIALECTS, ids=["bare", "extra", "pymdown"])
@settings(deadline=None)
@given(text=typed.filter(lambda text: readable(text) != ""), address=addresses)
@example(
    text="0012", address='https://cases.example/) <b> ![x](y "t") _a_ *b* `c` $d$ &amp; \\ {: #e}'
)
def test_a_link_has_its_target_or_is_not_a_link(
    extensions: tuple[str, ...], text: str, address: str
) -> None:
    page = Page(f"Case {link(text, address)} closed", extensions)
    assert page.tags in (["p"], ["p", "a"])
    assert squeezed(page.text) == " ".join(f"Case {readable(text)} closed".split())
    if page.tags == ["p", "a"]:
        ((name, target),) = page.attributes
        assert name == "href"
        assert target
        assert unquote(target) == unquote(address)


def on_paper(
    answered: list[AnsweredCase], cohort: list[AnsweredCase] | None = None, **now: datetime
) -> str:
    """Return the week as Markdown; the cohort is the answered cases unless another is given."""
    cases = answered if cohort is None else cohort
    return week_as_markdown(
        summarise_week(WEEK, answered, closed_week(cases), FACTS, **{"now": NOW, **now}), FACTS
    )


def test_a_week_with_five_answers_shows_counts_and_no_percentage() -> None:
    text = on_paper(
        [an_answer(5, 5), an_answer(4, 5), an_answer(4, 4), an_answer(1, 2), an_answer(5, 3)]
    )
    assert "5 answers, 0 with a comment" in text
    ease, satisfaction = FACTS.questions
    assert f"CES: {ease.text['en']} | 1 | 0 | 0 | 2 | 2 | 5 | 3.8 |" in text
    assert f"CSS: {satisfaction.text['en']} | 0 | 1 | 1 | 1 | 2 | 5 | 3.8 |" in text
    assert "Fewer than 30 answers: too few for a percentage." in text
    assert "Wilson" not in text


def test_each_scale_has_its_name_and_direction_from_the_facts() -> None:
    text = Page(on_paper([an_answer(5, 5)]), ("tables",)).text
    for question in FACTS.questions:
        metric = FACTS.metric(question.metric)
        assert f"{metric.short} ({metric.name['en']}): {question.key}. " in text
        assert metric.direction["en"] in text
    assert "5 = very easy; higher is better" in text


def test_a_percentage_has_n_interval_and_caveat() -> None:
    text = on_paper([an_answer(5, 2)] * 27 + [an_answer(1, 2)] * 3)
    assert "27 of 30 answers are a 4 or 5: 90% (Wilson 95% interval 74–97%)" in text
    assert "0 of 30 answers are a 4 or 5: 0% (Wilson 95% interval 0–11%)" in text
    assert "The interval covers random variation only" in text


def test_low_answers_come_before_other_comments_with_case_score_words_and_comment() -> None:
    low = an_answer(
        1,
        4,
        "Slow.",
        case_number="0007",
        case_kind="infrastructure",
        case_url="https://cases.example/7",
        contact_welcome=True,
        flags=("at_once",),
    )
    text = on_paper([an_answer(5, 5, "Fine."), low])
    ease, satisfaction = (question.points for question in FACTS.questions)
    kind = FACTS.case_kind("infrastructure").name["en"]
    assert f"### Case [0007](https://cases.example/7), {kind}\n" in text
    assert f"CES 1 ({ease[0]['en']}), CSS 4 ({satisfaction[3]['en']}); OK to contact; " in text
    assert "flags: at once.\n\n> Slow.\n" in text
    places = [text.index(part) for part in ("Low answers", "> Slow.", "Other comments", "> Fine.")]
    assert places == sorted(places)
    assert "1 of 2 answers may be automated: at once 1." in text


def test_answers_to_another_wording_have_a_separate_table() -> None:
    other = FACTS.survey.wording_version + 1
    text = on_paper([an_answer(5, 4), *[an_answer(1, 2, wording_version=other)] * 2])
    assert f"2 of them are to wording {other} of the questions" in text
    heads = [line for line in text.splitlines() if line.startswith(("| Question", "| Wording"))]
    assert heads == [
        f"| {name} | 1 | 2 | 3 | 4 | 5 | n | Mean |" for name in ("Question", f"Wording {other}")
    ]
    ces = [line for line in text.splitlines() if line.startswith("| CES")]
    assert ces[0].endswith("| 0 | 0 | 0 | 0 | 1 | 1 | 5.0 |")
    assert ces[1] == "| CES | 2 | 0 | 0 | 0 | 0 | 2 | 1.0 |"


def test_a_low_answer_without_a_comment_is_marked() -> None:
    assert "No comment." in on_paper([an_answer(1, 1)])


def test_a_week_without_low_answers_has_a_notice() -> None:
    assert "None: no score of 2 or less." in on_paper([an_answer(3, 3)])


def test_an_empty_week_has_a_notice() -> None:
    text = on_paper([])
    assert "No answers this week." in text
    assert "No cases closed this week." in text
    assert "Not measured for any case closed this week." in text
    assert "%" not in text


def test_the_response_rate_has_its_numerator_and_whether_it_is_final() -> None:
    text = on_paper([], [an_answer(5, 5), a_case(), a_case(), a_case(invitation_state="bounced")])
    assert "1 of 3 surveyed customers answered, 33%. Answers can still arrive" in text
    over = [an_answer(5, 5), a_case(invitation_state="expired")]
    assert "can still arrive" not in on_paper([], over)
    unreached = a_case(
        invitation_state="withheld", handed_over=False, withheld_because="no_address"
    )
    text = on_paper([], [unreached])
    assert "Response rate: none, because no survey has reached a customer." in text
    assert "| Not asked: no address | 1 |" in text


def test_times_are_listed_by_clock_and_kind() -> None:
    text = on_paper(
        [],
        [
            a_case(case_kind="software", opened_at=IN_WEEK - timedelta(minutes=130)),
            a_case(resolution_seconds=76 * 3600, duration_clock="business"),
        ],
    )
    software = FACTS.case_kind("software").name["en"]
    assert "In calendar time, for 1 of 2 cases" in text
    assert f"| {software} | 1 | 2 h 10 min | n below 30 |" in text
    assert "In business time, for 1 of 2 cases" in text
    assert "| Not given | 1 | 76 h | n below 30 |" in text


def test_the_current_week_and_a_future_one_have_a_notice() -> None:
    assert "The week is still running." in on_paper([], now=IN_WEEK)
    assert "The week has not started." in on_paper([], now=IN_WEEK - timedelta(days=7))
    assert "**The week" not in on_paper([])


def test_sample_data_is_labelled() -> None:
    unreal, real = an_answer(5, 5, source="sample"), an_answer(5, 5)
    assert "**Sample data:** none of these cases exists." in on_paper([unreal])
    assert "**Sample data is mixed in:**" in on_paper([unreal, real])
    assert "Sample data" not in on_paper([real])


@settings(deadline=None)
@given(text=typed)
@example(text="\n".join(HOSTILE))
def test_no_input_changes_the_structure_of_the_page(text: str) -> None:
    def page(word: str) -> Page:
        case = an_answer(
            1,
            2,
            f"x{word}x",
            case_number=f"x{word}x",
            case_kind=f"x{word}x",
            case_url=word,
            flags=(f"x{word}x",),
            opened_at=IN_WEEK - timedelta(hours=1),
        )
        withheld = a_case(
            invitation_state="withheld", handed_over=False, withheld_because=f"x{word}x"
        )
        return Page(on_paper([case], [case, withheld]), ("tables",))

    hostile, harmless = page(text), page("")
    ours = [tag for tag in hostile.tags if tag not in ("br", "a")]
    assert ours.count("p") >= harmless.tags.count("p")
    assert [tag for tag in ours if tag != "p"] == [tag for tag in harmless.tags if tag != "p"]


def rows(answered: list[AnsweredCase]) -> list[dict[str, str]]:
    """Read the exported file the way a program would."""
    file = "".join(week_as_csv(answered)).encode().decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(file, newline="")))


def test_the_file_has_a_format_and_one_row_per_case() -> None:
    said = 'One; "two",\nthree'
    flags = ("at_once", "no_browser")
    case = an_answer(4, 5, said, case_number="00012345", flags=flags, wording_version=3)
    (row,) = rows([case])
    assert list(row) == list(COLUMNS)
    assert row["case_number"] == "00012345"
    assert unguarded(row["comment"]) == said
    assert (row["ease"], row["satisfaction"], row["revision"]) == ("4", "5", "1")
    assert (row["answered_at"], row["answered_week"]) == ("2026-11-18T12:00:00Z", WEEK)
    assert (row["contact_welcome"], row["flags"]) == ("no", "at_once no_browser")
    assert (row["customer"], row["source"], row["wording_version"]) == ("", "tests", "3")


def test_the_file_suits_spreadsheets() -> None:
    lines = list(week_as_csv([an_answer(4, 5), an_answer(4, 5)]))
    assert "".join(lines).encode().startswith(b"\xef\xbb\xbfcase_number,")
    assert len(lines) == 3
    assert all(line.endswith("\r\n") for line in lines)
    assert sum(BYTE_ORDER_MARK in line for line in lines) == 1


FORMULAS = (
    "=1+1",
    "+1",
    "-1",
    "@SUM(A1)",
    "＝1",
    "＋1",
    "－1",
    "＠x",
    "\t=1",
    "\n=1",
    "\r=1",
    "\tx",
)
BEFORE = ("", " ", "\u00a0", "\u3000", '"', "'", "''", "\" '", "\u200b", "\ufeff", "\u202e", "“")


@pytest.mark.parametrize("before", BEFORE)
@pytest.mark.parametrize("formula", FORMULAS)
def test_no_cell_starts_like_a_formula(before: str, formula: str) -> None:
    typed = before + formula
    case = an_answer(
        1, 1, typed, case_number=typed, customer=typed, team=typed, case_url=typed, case_kind=typed
    )
    (row,) = rows([case])
    for name in ("case_number", "comment", "customer", "team", "case_url"):
        assert row[name].startswith("'")
        assert unguarded(row[name]) == clean(typed)


@pytest.mark.parametrize("opened_with", SEPARATORS.values())
@pytest.mark.parametrize("separator", SEPARATORS)
@pytest.mark.parametrize("formula", FORMULAS[:8])
def test_no_cell_is_a_formula_if_a_spreadsheet_expects_another_separator(
    formula: str, separator: str, opened_with: str
) -> None:
    typed = f"x{opened_with}{formula} and x{opened_with} '{formula}"
    case = an_answer(1, 1, typed, customer=typed)
    text = "".join(week_as_csv([case], separator)).removeprefix(BYTE_ORDER_MARK)
    cells = [
        cell
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=opened_with)
        for cell in row
    ]
    assert not [
        cell
        for cell in cells
        if cell.lstrip(" \"'")[:1] in tuple("=+-@＝＋－＠") and cell[:1] != "'"
    ]
    rows = list(csv.DictReader(io.StringIO(text, newline=""), delimiter=SEPARATORS[separator]))
    assert unguarded(rows[0]["comment"]) == clean(typed)


def test_the_usual_separator_is_a_semicolon_where_numbers_have_a_decimal_comma() -> None:
    found = [usual_separator(language) for language in ("en", "de", "fr")]
    assert found == ["comma", "semicolon", "semicolon"]


@given(st.lists(st.tuples(st.text(), st.text()), max_size=5))
def test_any_input_keeps_the_file_valid(typed: list[tuple[str, str]]) -> None:
    read = rows([an_answer(3, 3, said, case_number=number) for number, said in typed])
    assert [(row["case_number"], row["comment"]) for row in read] == [
        (guarded(clean(number)), guarded(clean(said))) for number, said in typed
    ]
    assert all(None not in row and row["source"] == "tests" for row in read)


def test_a_long_export_uses_bounded_memory() -> None:
    case, many = an_answer(4, 5, "x" * 1000), 20_000
    tracemalloc.start()
    try:
        size = sum(len(line) for line in week_as_csv(repeat(case, many)))
        size += sum(len(piece) for piece in answers_as_json(repeat(case, many)))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert size > 40_000_000 > 40 * peak


def parsed(answered: list[AnsweredCase]) -> list[dict[str, object]]:
    read: list[dict[str, object]] = json.loads("".join(answers_as_json(answered)))
    return read


@given(st.lists(st.text(), max_size=4))
def test_json_is_one_list_with_every_answer(comments: list[str]) -> None:
    assert [
        one["comment"] for one in parsed([an_answer(3, 3, said) for said in comments])
    ] == comments


def test_json_has_the_fields_that_programs_need() -> None:
    (read,) = parsed([an_answer(4, 2, "Ü", flags=("at_once",), language="de", revision=2)])
    assert read == {
        "case_number": "00012345",
        "week": WEEK,
        "answered_at": "2026-11-18T12:00:00Z",
        "ease": 4,
        "satisfaction": 2,
        "comment": "Ü",
        "contact_welcome": False,
        "themes": [],
        "care": None,
        "flags": ["at_once"],
        "revision": 2,
        "language": "de",
        "source": "tests",
        "case_kind": None,
        "case_url": None,
        "closed_at": "2026-11-18T12:00:00Z",
        "closed_week": WEEK,
        "closure_reason": "confirmed",
        "customer": None,
        "team": None,
        "wording_version": None,
    }


def test_a_terminal_gets_one_line_per_answer_without_control_characters() -> None:
    lines = list(
        answers_as_lines([an_answer(4, 5, "a\x1b[2Jb\n\u202ec" + "d" * 100), an_answer(1, 2)])
    )
    assert [line.count("\n") for line in lines] == [1, 1, 1]
    assert re.search(r"^2026-11-18T12:00:00Z +00012345 +4 +5 +tests +a\[2Jb \\u202ecd+…$", lines[1])
    assert list(answers_as_lines([])) == ["No answers yet.\n"]


@pytest.mark.parametrize(
    ("seconds", "clock", "read"),
    [
        (0, "calendar", "0 s"),
        (59.4, "calendar", "59 s"),
        (59.5, "calendar", "1 min"),
        (2100, "business", "35 min"),
        (3599.5, "calendar", "1 h"),
        (7500, "calendar", "2 h 5 min"),
        (86400, "calendar", "1 day"),
        (133740, "calendar", "1 day 13 h"),
        (172800, "calendar", "2 days"),
        (183600, "calendar", "2 days 3 h"),
        (183600, "business", "51 h"),
    ],
)
def test_durations_are_formatted_with_units(seconds: float, clock: str, read: str) -> None:
    assert numbers.duration(seconds, clock) == read


def test_percentages_are_rounded_to_whole_numbers() -> None:
    assert numbers.percent(0.375) == "38%"
    assert numbers.percent_range(0.3755, 0.9638) == "38–96%"
    assert numbers.percent(-0.408) == "-41%", "halves go upward below nothing too"
    assert numbers.percent(-0.183) == "-18%"


def test_a_file_is_replaced_completely_and_only_readable_by_its_owner(tmp_path: Path) -> None:
    path = tmp_path / "week.csv"
    path.write_text("old")
    replace_file(path, ["new ", "Ü\r\n"])
    assert path.read_bytes() == "new Ü\r\n".encode()
    assert path.stat().st_mode & 0o077 == 0


def test_a_failed_export_leaves_the_older_one(tmp_path: Path) -> None:
    def broken() -> Iterator[str]:
        yield "half"
        raise RuntimeError("the database went away")

    path = tmp_path / "week.csv"
    path.write_text("old")
    with pytest.raises(RuntimeError, match="went away"):
        replace_file(path, broken())
    assert [file.name for file in tmp_path.iterdir()] == ["week.csv"]
    assert path.read_text() == "old"


def test_only_ordinary_files_are_replaced(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="not a regular file"):
        replace_file(tmp_path, ["x"])
    assert tmp_path.is_dir()
