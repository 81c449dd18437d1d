"""Figures as pictures: nothing is lost on the way from a figure to a picture and its table."""

from dataclasses import replace
from typing import Any
from xml.etree.ElementTree import Element, tostring

import pytest
from hypothesis import given
from hypothesis import strategies as st

import charts
from charts import WIDTH, ChartLayout, Labels, Mark
from knowledge_site.fill.rendering import render
from knowledge_site.results.view import ResultsView
from published_results import Published
from support_facts import load_facts

LABELS = Labels(
    key="ease",
    title="CES in 2026-W47",
    description="Answers for each point. Five points, higher is better.",
    headings=("Point", "Answers"),
    numbers="The numbers as a table",
)


VIEW = ResultsView(Published(), load_facts(), "en")


def drawn(chart: ChartLayout) -> Element:
    return render("_chart", VIEW, chart)


def bars(labels: Labels, marks: list[Mark]) -> Element:
    return drawn(charts.bars(labels, marks))


def dots(labels: Labels, marks: list[Mark]) -> Element:
    return drawn(charts.dots(labels, marks))


def html(figure: Element) -> str:
    return tostring(figure, encoding="unicode", short_empty_elements=False)


POINTS = ("Very difficult", "Difficult", "Neither easy nor difficult", "Easy", "Very easy")


def counted(*counts: int) -> list[Mark]:
    return [
        Mark(label=point, value=count, text=str(count), cells=(str(count),))
        for point, count in zip(POINTS, counts, strict=True)
    ]


def share(label: str, value: float | None, low: float | None, high: float | None) -> Mark:
    return Mark(label=label, value=value, low=low, high=high, text="text", cells=("text",))


@given(st.lists(st.integers(0, 10**6), min_size=5, max_size=5))
def test_bars_are_as_long_as_their_counts(counts: list[int]) -> None:
    figure = bars(LABELS, counted(*counts))
    widths = [float(one.get("width", "")) for one in figure.iter("rect")]
    drawn = [count for count in counts if count]
    assert len(widths) == len(drawn)
    for width, count in zip(widths, drawn, strict=True):
        assert width == pytest.approx(max(widths) * count / max(drawn), abs=0.2)


def test_every_value_is_in_the_chart_and_in_the_table() -> None:
    figure = bars(LABELS, counted(3, 0, 1, 12, 7))
    drawn = [one.text for one in figure.iter("text")]
    rows = [["".join(cell.itertext()) for cell in row] for row in figure.iter("tr")]
    assert drawn == [
        word for pair in zip(POINTS, ["3", "0", "1", "12", "7"], strict=True) for word in pair
    ]
    assert rows[0] == ["Point", "Answers"]
    assert rows[1:] == [list(pair) for pair in zip(POINTS, ["3", "0", "1", "12", "7"], strict=True)]


def test_the_table_of_a_chart_is_folded_and_works_without_scripts() -> None:
    folded = bars(LABELS, counted(1, 2, 3, 4, 5)).find("details")
    assert folded is not None
    assert folded.get("open") is None
    assert [one.tag for one in folded] == ["summary", "table"]
    assert folded[0].text == LABELS.numbers


def test_a_chart_has_a_title_and_description_for_screen_readers() -> None:
    svg = bars(LABELS, counted(1, 2, 3, 4, 5)).find("svg")
    assert svg is not None
    assert svg.get("role") == "img"
    named = {one.get("id"): one.text for one in svg if one.get("id")}
    assert named[svg.get("aria-labelledby")] == LABELS.title
    assert named[svg.get("aria-describedby")] == LABELS.description


labels_of_all_lengths = st.text(st.characters(categories=["L", "Nd"]), min_size=1, max_size=80)
fractions = st.floats(0, 1)


@given(
    st.lists(
        st.tuples(labels_of_all_lengths, st.lists(fractions, min_size=3, max_size=3)), max_size=15
    )
)
def test_every_shape_is_inside_the_chart(rows: list[tuple[str, list[float]]]) -> None:
    marks = [share(label, *sorted(ends)[1:2], *sorted(ends)[::2]) for label, ends in rows]
    for figure in (dots(LABELS, marks), bars(LABELS, marks)):
        svg = figure.find("svg")
        assert svg is not None
        height = float(svg.get("viewBox", "").split()[-1])
        for part in svg.iter():
            for name, value in part.items():
                if name in ("x", "x1", "x2", "cx"):
                    assert 0 <= float(value) <= WIDTH
                if name in ("y", "y1", "y2", "cy"):
                    assert 0 <= float(value) <= height


def test_a_dot_is_inside_its_interval_and_on_the_scale() -> None:
    figure = dots(LABELS, [share("2026-W46", 0.5, 0.25, 0.75), share("2026-W47", 1, 0.5, 1)])
    (first, second), reaches = figure.iter("circle"), list(figure.iter("line"))[3:]
    assert [reach.get("class") for reach in reaches] == ["chart__reach"] * 2
    left, right = (float(reaches[0].get(end, "")) for end in ("x1", "x2"))
    assert left < float(first.get("cx", "")) < right
    assert float(second.get("cx", "")) == float(reaches[1].get("x2", "")) > right


def test_a_dot_at_100_percent_does_not_touch_its_text() -> None:
    figure = dots(LABELS, [share("2026-W47", 1, 0.5, 1)])
    (dot,) = figure.iter("circle")
    text = next(one for one in figure.iter("text") if one.text == "text")
    assert float(dot.get("cx", "")) + float(dot.get("r", "")) < float(text.get("x", ""))


def test_a_missing_value_has_a_text_but_no_shape() -> None:
    mark = Mark(label="2026-W47", value=None, text="n below 30", cells=("n below 30",))
    for figure in (bars(LABELS, [mark]), dots(LABELS, [mark])):
        assert not list(figure.iter("circle"))
        assert not list(figure.iter("rect"))
        assert "n below 30" in html(figure).split("<table")[0]


def test_a_chart_without_marks_is_empty() -> None:
    assert html(bars(LABELS, [])).count("<tr>") == 1
    assert html(dots(LABELS, [])).count("<tr>") == 1


def test_text_in_a_chart_is_escaped() -> None:
    hostile = '<script>alert("&amp;")</script>'
    figure = bars(
        replace(LABELS, title=hostile, description=hostile, headings=(hostile, hostile)),
        [Mark(label=hostile, value=1, text=hostile, cells=(hostile,))],
    )
    assert "<script" not in html(figure)
    assert "&lt;script&gt;alert" in html(figure)


def test_a_chart_needs_no_style_sheet_and_no_script() -> None:
    text = html(dots(LABELS, [share("a", 0.5, 0, 1)]))
    assert "style" not in text
    assert "<script" not in text
    assert 'stroke="currentColor"' in text
    assert 'fill="currentColor"' in text


@pytest.mark.parametrize(
    ("draw", "mark", "reason"),
    [
        (bars, Mark(label="a", value=-1, text="", cells=("",)), "outside the scale"),
        (bars, Mark(label="a", value=1, text="", cells=()), "0 cells for 1 headings"),
        (dots, share("a", 1.1, 0, 1), "outside the scale"),
        (dots, share("a", 0.5, -0.1, 1), "outside the scale"),
    ],
)
def test_an_invalid_chart_is_refused_with_its_key(draw: Any, mark: Mark, reason: str) -> None:
    with pytest.raises(ValueError, match=reason) as refused:
        draw(LABELS, [mark])
    assert "ease" in str(refused.value)


def test_a_chart_fits_the_smallest_phone(page: Any) -> None:
    figure = html(bars(LABELS, counted(3, 0, 1, 12, 7)))
    page.set_viewport_size({"width": 320, "height": 640})
    head = "<!doctype html><meta name=viewport content='width=device-width'>"
    page.set_content(f"{head}<style>body, figure {{ margin: 8px }}</style>{figure}")
    sizes = page.evaluate(
        "[...document.querySelectorAll('svg text')].map(t => t.getBoundingClientRect().height)"
    )
    assert min(sizes) >= 11
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
