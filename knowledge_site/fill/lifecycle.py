"""The way of a case and the way of an escalation, drawn from the facts."""

from collections.abc import Iterable, Sequence
from xml.etree.ElementTree import Element

from charts import anchor, element
from knowledge_site.fill.status_graph import Stage, Words, drawings
from knowledge_site.wording import word
from support_facts import EscalationStatus, Facts, Status

# Linked as source files, so that the builder checks page and anchor from wherever they are shown.
STATUS_PAGE = "case-status.md"
ESCALATION_PAGE = "escalations.md"


def picture(facts: Facts, language: str) -> Element:
    """`{{ picture lifecycle }}`: boxes that lead to the row of each status."""
    return _figure("lifecycle", STATUS_PAGE, facts.statuses, language)


def escalation(facts: Facts, language: str) -> Element:
    """`{{ picture escalation }}`: boxes that lead to the row of each status of an escalation."""
    return _figure("escalation", ESCALATION_PAGE, facts.escalation_statuses, language)


def _figure(
    key: str, page: str, statuses: Iterable[Status | EscalationStatus], language: str
) -> Element:
    stages = [
        Stage(status.key, status.name, f"{page}#{anchor(status.key)}", status.next)
        for status in statuses
    ]
    words = Words(key, word(f"{key}_title", language), description(key, stages, language))
    return element(
        "figure",
        {"class": "picture", "data-search-exclude": ""},
        *drawings(stages, words),
        element("figcaption", None, word("picture_caption", language)),
    )


def description(key: str, stages: Sequence[Stage], language: str) -> str:
    """Say in words what the picture shows."""
    names = {stage.key: stage.name for stage in stages}
    return " ".join(_sentence(key, stage, names, language) for stage in stages)


def _sentence(key: str, stage: Stage, names: dict[str, str], language: str) -> str:
    if not stage.next:
        return word(f"{key}_last", language).format(status=stage.name)
    following = f" {word('or', language)} ".join(names[next_key] for next_key in stage.next)
    return word(f"{key}_from", language).format(status=stage.name, next=following)
