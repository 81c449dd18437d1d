"""The stages of an escalation as a table."""

from collections.abc import Sequence
from xml.etree.ElementTree import Element

from charts import Child, Row, anchor, element, english, table
from knowledge_site.wording import word
from support_facts import EscalationStatus, Facts


def stages(facts: Facts, language: str) -> Element:
    """`{{ table escalation_statuses }}`: what each stage means and what can follow."""
    headings = ("stage", "stage_meaning", "next_statuses")
    known = {stage.key: stage for stage in facts.escalation_statuses}
    return table(
        word("stages_caption", language),
        [word(heading, language) for heading in headings],
        (_row(stage, [known[key] for key in stage.next], language) for stage in known.values()),
    )


def _row(stage: EscalationStatus, following: Sequence[EscalationStatus], language: str) -> Row:
    cells: list[list[Child]] = [
        [stage.meaning[language]],
        [_list(following, language) if following else word("escalation_over", language)],
    ]
    return anchor(stage.key), [_link(stage, language)], cells


def _list(stages: Sequence[EscalationStatus], language: str) -> Element:
    return element("ul", None, *(element("li", None, _link(stage, language)) for stage in stages))


def _link(stage: EscalationStatus, language: str) -> Element:
    return element("a", {"href": f"#{anchor(stage.key)}"}, english(stage.name, language))
