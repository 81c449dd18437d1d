"""Positions in a status graph: a row of boxes with arrows between them, drawn by a template.

All boxes are in one row. Arrows to the next box are straight. Arrows that skip boxes run on one
side of the row, arrows back on the other side. Points are (along, across) the row and become
(x, y) at the very end, so that horizontal and vertical graphs share all calculations.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from support_facts import EscalationStatus, Status

HEIGHT, GAP = 60, 52
MARGIN = 3
BEND = 40
CURVE = 12
TIP = 8
LETTERS, LINE = 19, 21
# Estimated widths of a capital, of other letters, of the padding of a name, of a full line.
CAPITAL, LETTER, PADDING, LONG = 16, 11, 14, 200

Point = tuple[float, float]


class NameLine(NamedTuple):
    """A line of the name of a status, and the position of its middle."""

    text: str
    x: float
    y: float


@dataclass(frozen=True)
class Layout:
    """Positions of boxes and arrows; `across` is True for a horizontal row."""

    across: bool
    count: int
    arrows: tuple[tuple[int, int], ...]
    width: int

    @property
    def length(self) -> int:
        """Size of a box along the row."""
        return self.width if self.across else HEIGHT

    @property
    def breadth(self) -> int:
        """Size of a box across the row."""
        return HEIGHT if self.across else self.width

    @property
    def near(self) -> int:
        """Edge of the boxes on the side of arrows that skip a status."""
        return BEND if any(end > start + 1 for start, end in self.arrows) else MARGIN

    @property
    def far(self) -> int:
        """Edge of the boxes on the side of arrows back."""
        return self.near + self.breadth

    @property
    def size(self) -> Point:
        """Size of the whole graph, along and across the row."""
        along = 2 * MARGIN + self.count * (self.length + GAP) - GAP
        bend = BEND if any(end < start for start, end in self.arrows) else MARGIN
        return along, self.far + bend

    def start_of(self, index: int) -> int:
        """Return where a box starts along the row."""
        return MARGIN + index * (self.length + GAP)

    def corners(self, start: int, end: int) -> list[Point]:
        """Return the corners of the arrow from one box to another."""
        if end == start + 1:
            middle = self.near + self.breadth / 2
            return [
                (self.start_of(start) + self.length, middle),
                (self.start_of(end), middle),
            ]
        forward = end > start
        side, outside = (self.near, MARGIN) if forward else (self.far, self.size[1] - MARGIN)
        shift = self.length / 6 if forward else -self.length / 6
        leaving = self.start_of(start) + self.length / 2 + shift
        entering = self.start_of(end) + self.length / 2 - shift
        return [
            (leaving, side),
            (leaving, outside),
            (entering, outside),
            (entering, side),
        ]

    def xy(self, place: Point) -> Point:
        """Return x and y."""
        return place if self.across else (place[1], place[0])

    def arrow_paths(self) -> list[tuple[str, str]]:
        """Return the SVG paths of the line and the tip of every arrow."""
        corners = [[self.xy(place) for place in self.corners(*arrow)] for arrow in self.arrows]
        return [(_line(places), _tip(places)) for places in corners]

    def box(self, index: int) -> Point:
        """Return x and y of the upper left corner of a box."""
        return self.xy((self.start_of(index), self.near))

    def name_lines(self, index: int, name: str) -> list[NameLine]:
        """Return the lines of the name in a box."""
        x, y = self.box(index)
        middle, base, lines = x + self.width / 2, y + HEIGHT / 2 + 6, _lines(name)
        top = base - LINE / 2 * (len(lines) - 1)
        return [NameLine(text, middle, top + LINE * at) for at, text in enumerate(lines)]


def status_graphs(statuses: Sequence[Status | EscalationStatus]) -> tuple[Layout, Layout]:
    """Return the graph for wide screens and the graph for narrow screens."""
    place = {status.key: index for index, status in enumerate(statuses)}
    arrows = tuple((place[status.key], place[key]) for status in statuses for key in status.next)
    widest = max(_length(line) for status in statuses for line in _lines(status.name))
    width = widest + 2 * PADDING
    return Layout(True, len(place), arrows, width), Layout(False, len(place), arrows, width)


def _length(line: str) -> int:
    return sum(CAPITAL if letter.isupper() else LETTER for letter in line)


def _lines(name: str) -> list[str]:
    """Return the lines of a name; a long one is broken at the space nearest to its middle."""
    spaces = [index for index, letter in enumerate(name) if letter == " "]
    if _length(name) <= LONG or not spaces:
        return [name]
    middle = min(spaces, key=lambda index: abs(index - len(name) / 2))
    return [name[:middle], name[middle + 1 :]]


def _towards(start: Point, end: Point, distance: float) -> Point:
    """Return the point at this distance before `end` on a straight line."""
    (x1, y1), (x2, y2) = start, end
    length = abs(x2 - x1) + abs(y2 - y1)
    return x2 - (x2 - x1) / length * distance, y2 - (y2 - y1) / length * distance


def _line(corners: Sequence[Point]) -> str:
    """Return the path through the rounded corners, up to the tip of the arrow."""
    parts = [_command("M", corners[0])]
    for before, corner, after in zip(corners, corners[1:], corners[2:], strict=False):
        parts.append(_command("L", _towards(before, corner, CURVE)))
        parts.append(_command("Q", corner, _towards(after, corner, CURVE)))
    parts.append(_command("L", _towards(corners[-2], corners[-1], TIP)))
    return "".join(parts)


def _tip(corners: Sequence[Point]) -> str:
    (x, y) = corners[-1]
    (back_x, back_y) = _towards(corners[-2], corners[-1], TIP * 1.3)
    half_x, half_y = (back_y - y) / 2, (back_x - x) / 2
    left, right = (back_x + half_x, back_y + half_y), (back_x - half_x, back_y - half_y)
    return _command("M", (x, y)) + _command("L", left) + _command("L", right) + "Z"


def _command(letter: str, *places: Point) -> str:
    return letter + " ".join(f"{x:g} {y:g}" for x, y in places)
