"""The way of a case as a picture, drawn from the statuses and what can follow each.

Two drawings of the same facts: side by side for wide screens and paper, one below the
other for phones. Colours and letters come from the style sheet.

Places are pairs (along, beside): along the row of boxes, and beside it. Only at the very
end do they become x and y, so that both drawings share all sums. Units are the picture's own.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from xml.etree.ElementTree import Element

from knowledge_site.elements import element
from knowledge_site.tables import anchor
from knowledge_site.wording import word
from support_facts.facts import Facts, Status

WIDTH, HEIGHT, GAP = 190, 60, 52
MARGIN = 3
BEND = 40
CURVE = 12
TIP = 8

# Linked as a source file, so that the builder checks page and anchor from wherever it is shown.
STATUS_PAGE = "case-status.md"

Place = tuple[float, float]


@dataclass(frozen=True)
class Layout:
    """Where boxes and ways stand; `across` is True when the boxes stand side by side."""

    across: bool
    count: int
    ways: tuple[tuple[int, int], ...]

    @property
    def length(self) -> int:
        """A box's extent along the row."""
        return WIDTH if self.across else HEIGHT

    @property
    def breadth(self) -> int:
        """A box's extent beside the row."""
        return HEIGHT if self.across else WIDTH

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


def picture(facts: Facts, language: str) -> Element:
    """`{{ picture lifecycle }}`: boxes that lead to the row of each status."""
    return element(
        "figure",
        {"class": "picture", "data-search-exclude": ""},
        _drawing(facts, language, across=True),
        _drawing(facts, language, across=False),
        element("figcaption", None, word("lifecycle_caption", language)),
    )


def description(facts: Facts, language: str) -> str:
    """Say in words what the picture shows."""
    return " ".join(_sentence(status, facts, language) for status in facts.statuses)


def _sentence(status: Status, facts: Facts, language: str) -> str:
    if not status.next:
        return word("lifecycle_last", language).format(status=status.name)
    names = f" {word('or', language)} ".join(facts.status(key).name for key in status.next)
    return word("lifecycle_from", language).format(status=status.name, next=names)


def _drawing(facts: Facts, language: str, *, across: bool) -> Element:
    kind = "wide" if across else "tall"
    place = {status.key: index for index, status in enumerate(facts.statuses)}
    ways = [(place[status.key], place[key]) for status in facts.statuses for key in status.next]
    layout = Layout(across, len(place), tuple(ways))
    width, height = layout.on_paper(layout.size)
    attributes = {
        "class": f"picture__{kind}",
        "viewBox": f"0 0 {width:g} {height:g}",
        "role": "group",
        "aria-labelledby": f"lifecycle-title-{kind}",
        "aria-describedby": f"lifecycle-description-{kind}",
    }
    return element(
        "svg",
        attributes,
        element(
            "title",
            {"id": f"lifecycle-title-{kind}"},
            word("lifecycle_title", language),
        ),
        element(
            "desc",
            {"id": f"lifecycle-description-{kind}"},
            description(facts, language),
        ),
        *(_way(layout, start, end) for start, end in ways),
        *(_box(layout, index, status) for index, status in enumerate(facts.statuses)),
    )


def _box(layout: Layout, index: int, status: Status) -> Element:
    x, y = layout.on_paper((layout.start_of(index), layout.near))
    frame = {"x": x, "y": y, "width": WIDTH, "height": HEIGHT, "rx": 9}
    text = {"x": x + WIDTH / 2, "y": y + HEIGHT / 2 + 6, "font-size": 19}
    return element(
        "a",
        {"href": f"{STATUS_PAGE}#{anchor(status.key)}", "lang": "en"},
        element("rect", _numbers(frame)),
        element("text", {"text-anchor": "middle", **_numbers(text)}, status.name),
    )


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
