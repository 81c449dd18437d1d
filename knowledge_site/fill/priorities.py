"""Business impact and priority: questions and tables."""

from xml.etree.ElementTree import Element

from charts import TableRow, anchor, element, english, table
from knowledge_site.wording import word
from support_facts import CaseType, Facts, Priority


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
    headings = ("impact", "impact_when", "examples")
    return table(
        word("impacts_caption", language),
        [word(heading, language) for heading in headings],
        (_impact_row(priority, language) for priority in facts.priorities),
    )


def _impact_row(priority: Priority, language: str) -> TableRow:
    header = english(_impact(priority), language)
    examples = (element("li", None, example[language]) for example in priority.examples)
    cells = ([priority.when[language]], [element("ul", None, *examples)])
    return anchor(priority.key), [header], cells


def _impact(priority: Priority) -> str:
    return f"{priority.code} {priority.name}"


def priorities(facts: Facts, language: str) -> Element:
    """`{{ table priorities }}`: when we work on cases of each priority."""
    return table(
        word("priorities_caption", language),
        [word("priority", language), word("worked_on", language)],
        (
            (
                f"priority-{anchor(priority.key)}",
                [english(priority.name, language)],
                [[priority.worked_on[language]]],
            )
            for priority in facts.priorities
        ),
    )


def case_types(facts: Facts, language: str) -> Element:
    """`{{ table case_types }}`: purpose, questions and first priority of each type."""
    headings = ("case_type", "case_type_for", "case_type_asks", "case_type_start")
    return table(
        word("case_types_caption", language),
        [word(heading, language) for heading in headings],
        (_case_type_row(case_type, language) for case_type in facts.case_types),
    )


def _case_type_row(case_type: CaseType, language: str) -> TableRow:
    texts = (case_type.use_for, case_type.asks_for, case_type.start_priority)
    return (
        f"type-{anchor(case_type.key)}",
        [case_type.name[language]],
        [[text[language]] for text in texts],
    )
