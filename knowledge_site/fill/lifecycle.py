"""Status graphs of a case and of an escalation, generated from the facts."""

from collections.abc import Iterable, Sequence
from xml.etree.ElementTree import Element

from charts import anchor, element
from knowledge_site.fill.status_graph import Box, GraphLabels, status_graphs
from knowledge_site.wording import word
from support_facts import EscalationStatus, Facts, Status

# Links to source files, so that the builder checks page and anchor.
STATUS_PAGE = "case-status.md"
ESCALATION_PAGE = "escalations.md"


def picture(facts: Facts, language: str) -> Element:
    """`{{ picture lifecycle }}`: boxes that link to the table row of each status."""
    return _figure("lifecycle", STATUS_PAGE, facts.statuses, language)


def escalation(facts: Facts, language: str) -> Element:
    """`{{ picture escalation }}`: boxes that link to the row of each escalation status."""
    return _figure("escalation", ESCALATION_PAGE, facts.escalation_statuses, language)


def _figure(
    key: str, page: str, statuses: Iterable[Status | EscalationStatus], language: str
) -> Element:
    boxes = [
        Box(status.key, status.name, f"{page}#{anchor(status.key)}", status.next)
        for status in statuses
    ]
    words = GraphLabels(key, word(f"{key}_title", language), description(key, boxes, language))
    return element(
        "figure",
        {"class": "picture", "data-search-exclude": ""},
        *status_graphs(boxes, words),
        element("figcaption", None, word("picture_caption", language)),
    )


def description(key: str, boxes: Sequence[Box], language: str) -> str:
    """Return a description of the graph for screen readers."""
    names = {box.key: box.name for box in boxes}
    return " ".join(_sentence(key, box, names, language) for box in boxes)


def _sentence(key: str, box: Box, names: dict[str, str], language: str) -> str:
    if not box.next:
        return word(f"{key}_last", language).format(status=box.name)
    following = f" {word('or', language)} ".join(names[next_key] for next_key in box.next)
    return word(f"{key}_from", language).format(status=box.name, next=following)
