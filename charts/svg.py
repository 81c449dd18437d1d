"""Charts as accessible SVG without scripts, each with a folded table of the same values.

There are two charts: `bars` for counts and durations, and `dots` for shares with their
confidence interval. Rows run from top to bottom, so charts fit a phone and a printed page. The
caller passes all texts. Colours are `currentColor` unless a style sheet sets others (classes
`chart__bar`, `chart__dot`, `chart__reach`, `chart__grid`).

    labels = Labels(key="ease", title=..., headings=("Point", "Answers"), ...)
    figure = bars(labels, [Mark(label="Easy", value=12, text="12", cells=("12",)), ...])
"""

from collections.abc import Sequence
from dataclasses import dataclass
from xml.etree.ElementTree import Element

from charts.elements import element
from charts.numbers import percent
from charts.tables import table

# In SVG units, which are pixels at the width of the smallest phone.
WIDTH = 320
_MARGIN = 2
_LETTER = 13
# Average width of a letter at that size in the widest of the common fonts.
_LETTER_WIDTH = 7.8
_ROW = 20
_BAR = 12
_GAP = 8
# Fits the longest date, 25. September 2026.
_LONGEST_SIDE_LABEL = 18
_DOT = 4.5


@dataclass(frozen=True, kw_only=True)
class Labels:
    """Title and description of a chart, and the headings of its table.

    `key` makes ids unique on a page. The first heading is for the labels of the marks, the others
    are for their cells. `description` names what is counted and which direction is better.
    `numbers` is the text that unfolds the table.
    """

    key: str
    title: str
    description: str
    headings: tuple[str, ...]
    numbers: str


@dataclass(frozen=True, kw_only=True)
class Mark:
    """A row of a chart: its label, its value, the text next to it, and its cells in the table.

    Nothing is drawn for the value None; `text` then gives the reason. `low` and `high` are the
    ends of an interval around `value`, in the same unit.
    """

    label: str
    value: float | None
    text: str
    cells: tuple[str, ...]
    low: float | None = None
    high: float | None = None


def bars(labels: Labels, marks: Sequence[Mark]) -> Element:
    """Return a figure with one bar per mark; the longest bar takes the whole width.

    Raises ValueError for a negative value, or for cells that do not fit the headings.
    """
    _check(labels, marks)
    if any(mark.value is not None and mark.value < 0 for mark in marks):
        raise ValueError(f"{labels.key}: bars start at zero, so values must not be negative")
    most = max((mark.value for mark in marks if mark.value), default=1.0)
    plot = _Plot(marks, most)
    parts = [part for row, mark in enumerate(marks) for part in _bar(plot, row, mark)]
    return _figure(labels, marks, plot.height, parts)


def dots(labels: Labels, marks: Sequence[Mark], language: str = "en") -> Element:
    """Return a figure with a dot and an interval per mark, on a scale from 0% to 100%.

    Raises ValueError for a value below 0 or above 1, or for cells that do not fit the headings.
    """
    _check(labels, marks)
    values = [one for mark in marks for one in (mark.value, mark.low, mark.high) if one is not None]
    if any(not 0 <= one <= 1 for one in values):
        raise ValueError(f"{labels.key}: a value is outside the scale from 0 to 1")
    plot = _Plot(marks, 1.0)
    parts = [part for at in (0.0, 0.5, 1.0) for part in _tick(plot, at, percent(at, language))]
    parts += [part for row, mark in enumerate(marks) for part in _dot(plot, row, mark)]
    return _figure(labels, marks, plot.height + _ROW, parts)


class _Plot:
    """Positions of rows and values. Short labels are left of their marks, long ones above."""

    def __init__(self, marks: Sequence[Mark], highest: float) -> None:
        longest = max((len(mark.label) for mark in marks), default=0)
        self.labels_left = longest <= _LONGEST_SIDE_LABEL
        self.row = _ROW if self.labels_left else 2 * _ROW - _GAP / 2
        self.left = _MARGIN + (longest * _LETTER_WIDTH + _GAP if self.labels_left else 0)
        longest_text = max((len(mark.text) for mark in marks if mark.value is not None), default=0)
        self.right = WIDTH - _MARGIN - min(longest_text * _LETTER_WIDTH + _GAP, WIDTH / 3)
        self.height = max(1, len(marks)) * self.row
        self._highest = highest

    def x(self, value: float) -> float:
        return self.left + value / self._highest * (self.right - self.left)

    def middle(self, row: int) -> float:
        """Return the y position of the mark in a row."""
        return row * self.row + self.row - _ROW / 2

    def label(self, row: int, text: str) -> Element:
        y = self.middle(row) if self.labels_left else row * self.row + _ROW / 2
        room = (self.left if self.labels_left else WIDTH) - _MARGIN
        return _text(_MARGIN, y, _fitting(text, room), "start")


def _bar(plot: _Plot, row: int, mark: Mark) -> list[Element]:
    parts = [plot.label(row, mark.label)]
    end, middle = plot.left, plot.middle(row)
    if mark.value:
        end = plot.x(mark.value)
        frame = {"x": plot.left, "y": middle - _BAR / 2, "width": end - plot.left, "height": _BAR}
        parts.append(
            element("rect", {"class": "chart__bar", "fill": "currentColor", **_numbers(frame)})
        )
    return [*parts, _value_text(plot, mark, end, middle)]


def _dot(plot: _Plot, row: int, mark: Mark) -> list[Element]:
    parts = [plot.label(row, mark.label)]
    middle = plot.middle(row)
    if mark.value is None:
        return [*parts, _value_text(plot, mark, plot.left, middle)]
    if mark.low is not None and mark.high is not None:
        reach = {"x1": plot.x(mark.low), "x2": plot.x(mark.high), "y1": middle, "y2": middle}
        parts.append(_line("chart__reach", reach, 2.5))
    dot = {"cx": plot.x(mark.value), "cy": middle, "r": _DOT}
    parts.append(
        element("circle", {"class": "chart__dot", "fill": "currentColor", **_numbers(dot)})
    )
    return [*parts, _value_text(plot, mark, plot.right, middle)]


def _value_text(plot: _Plot, mark: Mark, end: float, middle: float) -> Element:
    room = WIDTH - _MARGIN - end - _GAP / 2
    return _text(end + _GAP / 2, middle, _fitting(mark.text, room), "start")


def _tick(plot: _Plot, place: float, text: str) -> list[Element]:
    x = plot.x(place)
    line = {"x1": x, "x2": x, "y1": 0, "y2": plot.height}
    low_half = x < (plot.left + plot.right) / 2
    anchor = "start" if x == plot.left else "middle" if low_half or x < plot.right else "end"
    return [
        _line("chart__grid", line, 0.5),
        _text(x, plot.height + _ROW / 2, text, anchor),
    ]


def _line(kind: str, ends: dict[str, float], width: float) -> Element:
    attributes = {"class": kind, "stroke": "currentColor", "stroke-width": f"{width:g}"}
    return element("line", {**attributes, **_numbers(ends)})


def _text(x: float, y: float, text: str, anchor: str) -> Element:
    place = _numbers({"x": x, "y": y + _LETTER / 3, "font-size": _LETTER})
    return element("text", {"fill": "currentColor", "text-anchor": anchor, **place}, text)


def _fitting(text: str, room: float) -> str:
    """Return as much of `text` as fits; the table has the whole text."""
    letters = max(1, int(room / _LETTER_WIDTH))
    return text if len(text) <= letters else text[: letters - 1] + "…"


def _numbers(values: dict[str, float]) -> dict[str, str]:
    return {name: f"{round(value, 1):g}" for name, value in values.items()}


def _figure(
    labels: Labels, marks: Sequence[Mark], height: float, parts: Sequence[Element]
) -> Element:
    title, description = f"{labels.key}-title", f"{labels.key}-description"
    drawing = element(
        "svg",
        {
            "class": "chart__picture",
            "viewBox": f"0 0 {WIDTH} {height:g}",
            "role": "img",
            "aria-labelledby": title,
            "aria-describedby": description,
        },
        element("title", {"id": title}, labels.title),
        element("desc", {"id": description}, labels.description),
        *parts,
    )
    rows = (("", [mark.label], [[cell] for cell in mark.cells]) for mark in marks)
    return element(
        "figure",
        {"class": "chart"},
        element("figcaption", None, labels.title),
        drawing,
        element(
            "details",
            None,
            element("summary", None, labels.numbers),
            table(labels.description, labels.headings, rows, kind="figures"),
        ),
    )


def _check(labels: Labels, marks: Sequence[Mark]) -> None:
    wanted = len(labels.headings) - 1
    for mark in marks:
        if len(mark.cells) != wanted:
            raise ValueError(
                f"{labels.key}: {mark.label!r} has {len(mark.cells)} cells for {wanted} headings"
            )
