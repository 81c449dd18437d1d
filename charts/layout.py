"""Positions in bar charts, and in charts of shares with their confidence interval.

Rows run from top to bottom, so charts fit a phone and a printed page. The caller passes all texts,
and a template of the site draws the chart with a folded table of the same values.

    labels = Labels(key="ease", title=..., headings=("Point", "Answers"), ...)
    chart = bars(labels, [Mark(label="Easy", value=12, text="12", cells=("12",)), ...])
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from charts.numbers import percent

# In SVG units, which are pixels at the width of the smallest phone.
WIDTH = 320
_MARGIN = 2
LETTER = 13
# Average width of a letter at that size in the widest of the common fonts.
_LETTER_WIDTH = 7.8
_ROW = 20
BAR = 12
_GAP = 8
# Fits the longest date, 25. September 2026.
_LONGEST_SIDE_LABEL = 18


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


class PlacedText(NamedTuple):
    """A text with the position of its start, middle or end, depending on `anchor`."""

    x: float
    y: float
    text: str
    anchor: str = "start"


class ChartRow(NamedTuple):
    """A row with its label and text; `bar` and `interval` hold the x of both ends, `dot` its x."""

    label: PlacedText
    text: PlacedText
    middle: float
    bar: tuple[float, float] | None = None
    dot: float | None = None
    interval: tuple[float, float] | None = None


class ChartLayout(NamedTuple):
    """Everything that a chart shows. Each tick is a line across all rows, with a text below."""

    labels: Labels
    marks: Sequence[Mark]
    rows: list[ChartRow]
    ticks: list[PlacedText]
    height: float


def bars(labels: Labels, marks: Sequence[Mark]) -> ChartLayout:
    """Return a chart with one bar per mark; the longest bar takes the whole width.

    Raises ValueError for a negative value, or for cells that do not fit the headings.
    """
    most = max((mark.value for mark in marks if mark.value), default=1.0)
    plot = _Plot(labels, marks, most)
    rows = []
    for number, mark in enumerate(marks):
        end = plot.x(mark.value) if mark.value else plot.left
        bar = (plot.left, end) if mark.value else None
        rows.append(plot.row(number, mark, end)._replace(bar=bar))
    return ChartLayout(labels, marks, rows, [], plot.height)


def dots(labels: Labels, marks: Sequence[Mark], language: str = "en") -> ChartLayout:
    """Return a chart with a dot and an interval per mark, on a scale from 0% to 100%.

    Raises ValueError for a value below 0 or above 1, or for cells that do not fit the headings.
    """
    plot = _Plot(labels, marks, 1.0)
    rows = []
    for number, mark in enumerate(marks):
        # Half of a dot at 100% is on the right of the scale.
        end = plot.left if mark.value is None else plot.right + _GAP / 2
        row = plot.row(number, mark, end)
        if mark.value is not None:
            row = row._replace(dot=plot.x(mark.value))
        if mark.low is not None and mark.high is not None:
            row = row._replace(interval=(plot.x(mark.low), plot.x(mark.high)))
        rows.append(row)
    ticks = [plot.tick(at, percent(at, language)) for at in (0.0, 0.5, 1.0)]
    return ChartLayout(labels, marks, rows, ticks, plot.height + _ROW)


class _Plot:
    """Positions of rows and values. Short labels are left of their marks, long ones above."""

    def __init__(self, labels: Labels, marks: Sequence[Mark], highest: float) -> None:
        self._labels = labels
        longest = max((len(mark.label) for mark in marks), default=0)
        self._labels_left = longest <= _LONGEST_SIDE_LABEL
        self._row = _ROW if self._labels_left else 2 * _ROW - _GAP / 2
        self.left = _MARGIN + (longest * _LETTER_WIDTH + _GAP if self._labels_left else 0)
        longest_text = max((len(mark.text) for mark in marks if mark.value is not None), default=0)
        text_room = longest_text * _LETTER_WIDTH + 1.5 * _GAP
        self.right = WIDTH - _MARGIN - min(text_room, WIDTH / 3)
        self.height = max(1, len(marks)) * self._row
        self._highest = highest

    def x(self, value: float) -> float:
        if not 0 <= value <= self._highest:
            raise ValueError(f"{self._labels.key}: {value:g} is outside the scale of the chart")
        return self.left + value / self._highest * (self.right - self.left)

    def row(self, number: int, mark: Mark, end: float) -> ChartRow:
        """Return a row without its shapes, with the text of the mark after `end`."""
        if (given := len(mark.cells)) != (needed := len(self._labels.headings) - 1):
            raise ValueError(f"{self._labels.key}: {given} cells for {needed} headings")
        top = number * self._row
        middle = top + self._row - _ROW / 2
        above = middle if self._labels_left else top + _ROW / 2
        label_room = (self.left if self._labels_left else WIDTH) - _MARGIN
        text_room = WIDTH - _MARGIN - end - _GAP / 2
        label = PlacedText(_MARGIN, above, _fitting(mark.label, label_room))
        return ChartRow(
            label, PlacedText(end + _GAP / 2, middle, _fitting(mark.text, text_room)), middle
        )

    def tick(self, place: float, text: str) -> PlacedText:
        x = self.x(place)
        low_half = x < (self.left + self.right) / 2
        anchor = "start" if x == self.left else "middle" if low_half or x < self.right else "end"
        return PlacedText(x, self.height + _ROW / 2, text, anchor)


def _fitting(text: str, room: float) -> str:
    """Return as much of `text` as fits; the table has the whole text."""
    letters = max(1, int(room / _LETTER_WIDTH))
    return text if len(text) <= letters else text[: letters - 1] + "…"
