"""Stages and what can follow each, as a labelled SVG drawing with links.

Two drawings of the same stages: side by side for wide screens and paper, one below the
other for phones. Colours and letters come from the style sheet.

Places are pairs (along, beside): along the row of boxes, and beside it. Only at the very
end do they become x and y, so that both drawings share all sums. Units are the picture's own.
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
# Rough widths of a capital and of any other letter, of the space beside a name, of a whole line.
CAPITAL, LETTER, PADDING, LONG = 16, 11, 14, 200

Place = tuple[float, float]


@dataclass(frozen=True)
class Stage:
    """A box: what it says, where it leads, and the keys of what can follow."""

    key: str
    name: str
    target: str
    next: tuple[str, ...]


@dataclass(frozen=True)
class Words:
    """What a drawing is called (`key` makes ids of it) and what it shows, in words."""

    key: str
    title: str
    description: str


@dataclass(frozen=True)
class Layout:
    """Where boxes and ways stand; `across` is True when the boxes stand side by side."""

    across: bool
    count: int
    ways: tuple[tuple[int, int], ...]
    width: int

    @property
    def length(self) -> int:
        """A box's extent along the row."""
        return self.width if self.across else HEIGHT

    @property
    def breadth(self) -> int:
        """A box's extent beside the row."""
        return HEIGHT if self.across else self.width

    @property
    def near(self) -> int:
        """Side of the boxes on which ways run that skip a status."""
        return BEND if any(end > start + 1 for start, end in self.ways) else MARGIN

    @property
    def far(self) -> int:
        """Side of the boxes on which ways run that lead back."""
        return self.near + self.breadth

    @property
    def size(self) -> Place:
        """Extent of the whole picture."""
        along = 2 * MARGIN + self.count * (self.length + GAP) - GAP
        bend = BEND if any(end < start for start, end in self.ways) else MARGIN
        return along, self.far + bend

    def start_of(self, index: int) -> int:
        """Where a box begins along the row."""
        return MARGIN + index * (self.length + GAP)

    def way(self, start: int, end: int) -> list[Place]:
        """Return the corners of the way from one box to another."""
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

    def on_paper(self, place: Place) -> Place:
        """Return x and y."""
        return place if self.across else (place[1], place[0])


def drawings(stages: Sequence[Stage], words: Words) -> tuple[Element, Element]:
    """Return the drawing for wide screens and the one for narrow screens."""
    return _drawing(stages, words, across=True), _drawing(stages, words, across=False)


def _drawing(stages: Sequence[Stage], words: Words, *, across: bool) -> Element:
    kind = "wide" if across else "tall"
    place = {stage.key: index for index, stage in enumerate(stages)}
    ways = [(place[stage.key], place[key]) for stage in stages for key in stage.next]
    names = [_lines(stage.name) for stage in stages]
    widest = max(_length(line) for lines in names for line in lines)
    layout = Layout(across, len(place), tuple(ways), widest + 2 * PADDING)
    width, height = layout.on_paper(layout.size)
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
        *(_way(layout, start, end) for start, end in ways),
        *(_box(layout, index, stage) for index, stage in enumerate(stages)),
    )


def _box(layout: Layout, index: int, stage: Stage) -> Element:
    x, y = layout.on_paper((layout.start_of(index), layout.near))
    frame = {"x": x, "y": y, "width": layout.width, "height": HEIGHT, "rx": 9}
    return element(
        "a",
        {"href": stage.target, "lang": "en"},
        element("rect", _numbers(frame)),
        _name(x + layout.width / 2, y + HEIGHT / 2 + 6, stage.name),
    )


def _name(x: float, y: float, name: str) -> Element:
    place = {"text-anchor": "middle", **_numbers({"x": x, "y": y, "font-size": LETTERS})}
    first, *more = _lines(name)
    if not more:
        return element("text", place, first)
    upper = _numbers({"x": x, "y": y - LINE / 2})
    lower = _numbers({"x": x, "y": y + LINE / 2})
    # Between the lines stands a space, for those who hear the name.
    return element(
        "text", place, element("tspan", upper, first), " ", element("tspan", lower, *more)
    )


def _length(line: str) -> int:
    return sum(CAPITAL if letter.isupper() else LETTER for letter in line)


def _lines(name: str) -> list[str]:
    """Return the name, a long one in two lines, broken at the space nearest to its middle."""
    spaces = [index for index, letter in enumerate(name) if letter == " "]
    if _length(name) <= LONG or not spaces:
        return [name]
    middle = min(spaces, key=lambda index: abs(index - len(name) / 2))
    return [name[:middle], name[middle + 1 :]]


def _numbers(values: dict[str, float]) -> dict[str, str]:
    return {name: f"{value:g}" for name, value in values.items()}


def _way(layout: Layout, start: int, end: int) -> Element:
    corners = [layout.on_paper(place) for place in layout.way(start, end)]
    return element(
        "g",
        {"aria-hidden": "true"},
        element("path", {"class": "picture__way", "d": _line(corners)}),
        element("path", {"class": "picture__tip", "d": _tip(corners)}),
    )


def _towards(start: Place, end: Place, distance: float) -> Place:
    """Return the place that lies the distance before `end` on a straight way."""
    (x1, y1), (x2, y2) = start, end
    length = abs(x2 - x1) + abs(y2 - y1)
    return x2 - (x2 - x1) / length * distance, y2 - (y2 - y1) / length * distance


def _line(corners: Sequence[Place]) -> str:
    """Return the path through the corners, rounded; it ends where the arrow's tip begins."""
    parts = [_command("M", corners[0])]
    for before, corner, after in zip(corners, corners[1:], corners[2:], strict=False):
        parts.append(_command("L", _towards(before, corner, CURVE)))
        parts.append(_command("Q", corner, _towards(after, corner, CURVE)))
    parts.append(_command("L", _towards(corners[-2], corners[-1], TIP)))
    return "".join(parts)


def _tip(corners: Sequence[Place]) -> str:
    (x, y) = corners[-1]
    (back_x, back_y) = _towards(corners[-2], corners[-1], TIP * 1.3)
    half_x, half_y = (back_y - y) / 2, (back_x - x) / 2
    left, right = (back_x + half_x, back_y + half_y), (back_x - half_x, back_y - half_y)
    return _command("M", (x, y)) + _command("L", left) + _command("L", right) + "Z"


def _command(letter: str, *places: Place) -> str:
    return letter + " ".join(f"{x:g} {y:g}" for x, y in places)
