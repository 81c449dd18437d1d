"""Status graphs as accessible SVG: a row of boxes with arrows between them.

All boxes are in one row. Arrows to the next box are straight. Arrows that skip boxes run on one
side of the row, arrows back on the other side. Points are (along, across) the row and become
(x, y) at the very end, so that horizontal and vertical graphs share all calculations.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from xml.etree.ElementTree import Element

from charts import element

HEIGHT, GAP = 60, 52
MARGIN = 3
BEND = 40
CURVE = 12
TIP = 8
LETTERS, LINE = 19, 21
# Estimated widths of a capital, of other letters, of the padding of a name, of a full line.
CAPITAL, LETTER, PADDING, LONG = 16, 11, 14, 200

Point = tuple[float, float]


@dataclass(frozen=True)
class Box:
    """A box of the graph; `target` is its link, `next` holds the keys of the boxes after it."""

    key: str
    name: str
    target: str
    next: tuple[str, ...]


@dataclass(frozen=True)
class GraphLabels:
    """Title and description of a graph; `key` makes its ids unique on the page."""

    key: str
    title: str
    description: str


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


def status_graphs(boxes: Sequence[Box], words: GraphLabels) -> tuple[Element, Element]:
    """Return the graph for wide screens and the graph for narrow screens."""
    return _status_graph(boxes, words, across=True), _status_graph(boxes, words, across=False)


def _status_graph(boxes: Sequence[Box], words: GraphLabels, *, across: bool) -> Element:
    kind = "wide" if across else "tall"
    place = {box.key: index for index, box in enumerate(boxes)}
    arrows = [(place[box.key], place[key]) for box in boxes for key in box.next]
    names = [_lines(box.name) for box in boxes]
    widest = max(_length(line) for lines in names for line in lines)
    layout = Layout(across, len(place), tuple(arrows), widest + 2 * PADDING)
    width, height = layout.xy(layout.size)
    title, description = f"{words.key}-title-{kind}", f"{words.key}-description-{kind}"
    return element(
        "svg",
        {
            "class": f"picture__{kind}",
            "viewBox": f"0 0 {width:g} {height:g}",
            "role": "group",
            "aria-labelledby": title,
            "aria-describedby": description,
        },
        element("title", {"id": title}, words.title),
        element("desc", {"id": description}, words.description),
        *(_arrow(layout, start, end) for start, end in arrows),
        *(_box(layout, index, box) for index, box in enumerate(boxes)),
    )


def _box(layout: Layout, index: int, box: Box) -> Element:
    x, y = layout.xy((layout.start_of(index), layout.near))
    frame = {"x": x, "y": y, "width": layout.width, "height": HEIGHT, "rx": 9}
    return element(
        "a",
        {"href": box.target, "lang": "en"},
        element("rect", _numbers(frame)),
        _name(x + layout.width / 2, y + HEIGHT / 2 + 6, box.name),
    )


def _name(x: float, y: float, name: str) -> Element:
    place = {"text-anchor": "middle", **_numbers({"x": x, "y": y, "font-size": LETTERS})}
    first, *more = _lines(name)
    if not more:
        return element("text", place, first)
    upper = _numbers({"x": x, "y": y - LINE / 2})
    lower = _numbers({"x": x, "y": y + LINE / 2})
    # The space separates the lines for screen readers.
    return element(
        "text", place, element("tspan", upper, first), " ", element("tspan", lower, *more)
    )


def _length(line: str) -> int:
    return sum(CAPITAL if letter.isupper() else LETTER for letter in line)


def _lines(name: str) -> list[str]:
    """Return the lines of a name; a long one is broken at the space nearest to its middle."""
    spaces = [index for index, letter in enumerate(name) if letter == " "]
    if _length(name) <= LONG or not spaces:
        return [name]
    middle = min(spaces, key=lambda index: abs(index - len(name) / 2))
    return [name[:middle], name[middle + 1 :]]


def _numbers(values: dict[str, float]) -> dict[str, str]:
    return {name: f"{value:g}" for name, value in values.items()}


def _arrow(layout: Layout, start: int, end: int) -> Element:
    corners = [layout.xy(place) for place in layout.corners(start, end)]
    return element(
        "g",
        {"aria-hidden": "true"},
        element("path", {"class": "picture__way", "d": _line(corners)}),
        element("path", {"class": "picture__tip", "d": _tip(corners)}),
    )


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
