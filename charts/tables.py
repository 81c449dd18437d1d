"""HTML tables with a caption, header cells and an anchor for each row."""

from collections.abc import Iterable, Sequence
from xml.etree.ElementTree import Element

from charts.elements import Child, element

Cell = Sequence[Child]
TableRow = tuple[str, Cell, Sequence[Cell]]


def anchor(key: str) -> str:
    """Return the anchor for a key: "solution-proposed" for "solution_proposed"."""
    return key.replace("_", "-")


def table(
    caption: str, headings: Sequence[str], rows: Iterable[TableRow], kind: str = "facts"
) -> Element:
    """Return a table; each row has an anchor, a header and one cell per further heading.

    Rows with an empty anchor get no id. `kind` is the CSS class.
    """
    head = element("tr", None, *(element("th", {"scope": "col"}, text) for text in headings))
    body = [_row(row, headings[1:]) for row in rows]
    return element(
        "table",
        {"class": kind},
        element("caption", None, caption),
        element("thead", None, head),
        element("tbody", None, *body),
    )


def _row(row: TableRow, labels: Sequence[str]) -> Element:
    identity, header, cells = row
    anchored = {"id": identity} if identity else None
    made = element("tr", anchored, element("th", {"scope": "row"}, *header))
    for label, cell in zip(labels, cells, strict=True):
        # On a narrow screen, cells are stacked and each one shows its label.
        made.append(element("td", {"data-label": label}, *cell))
    return made
