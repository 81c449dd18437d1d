"""Business impact and priority: questions and tables."""

from xml.etree.ElementTree import Element

from charts import TableRow, anchor, element, english
from knowledge_site.fill.tables import fact_table
from knowledge_site.wording import word
from support_facts import Facts, Priority


def chooser(facts: Facts, language: str) -> Element:
    """`{{ chooser impacts }}`: questions in order; each "yes" links to an impact."""
    asked = element("ol", {"class": "chooser"})
    for priority in facts.priorities:
        answer = element(
            "a",
            {"href": f"#{anchor(priority.key)}"},
            f"{word('yes', language)}: ",
            english(_impact(priority), language),
        )
        asked.append(element("li", None, priority.ask[language], " ", answer))
    return asked


def impacts(facts: Facts, language: str) -> Element:
    """`{{ table impacts }}`: when each impact applies, with examples."""
    rows = (_impact_row(priority, language) for priority in facts.priorities)
    return fact_table("impacts", "impact impact_when examples", rows, language)


def _impact_row(priority: Priority, language: str) -> TableRow:
    header = english(_impact(priority), language)
    examples = (element("li", None, example[language]) for example in priority.examples)
    cells = ([priority.when[language]], [element("ul", None, *examples)])
    return anchor(priority.key), [header], cells


def _impact(priority: Priority) -> str:
    return f"{priority.code} {priority.name}"


def priorities(facts: Facts, language: str) -> Element:
    """`{{ table priorities }}`: when we work on cases of each priority."""
    rows = (
        (
            f"priority-{anchor(priority.key)}",
            [english(priority.name, language)],
            [[priority.worked_on[language]]],
        )
        for priority in facts.priorities
    )
    return fact_table("priorities", "priority worked_on", rows, language)


def case_types(facts: Facts, language: str) -> Element:
    """`{{ table case_types }}`: purpose, questions and first priority of each type."""
    rows = (
        (
            f"type-{anchor(one.key)}",
            [one.name[language]],
            [[text[language]] for text in (one.use_for, one.asks_for, one.start_priority)],
        )
        for one in facts.case_types
    )
    headings = "case_type case_type_for case_type_asks case_type_start"
    return fact_table("case_types", headings, rows, language)
