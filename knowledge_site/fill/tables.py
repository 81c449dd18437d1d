"""Tables of metrics, retention periods and email subjects."""

from collections.abc import Callable, Iterable
from xml.etree.ElementTree import Element

from charts import Cell, Child, TableRow, anchor, element, table
from knowledge_site.wording import Plural, word
from support_facts import Facts, Metric


def fact_table(name: str, headings: str, rows: Iterable[TableRow], language: str) -> Element:
    """Return a table whose caption and headings are keys of words.toml.

    The caption is `name`_caption; `headings` are separated by spaces.
    """
    texts = [word(heading, language) for heading in headings.split()]
    return table(word(f"{name}_caption", language), texts, rows)


def metrics(
    facts: Facts, language: str, measured: Callable[[Metric], Iterable[Element]]
) -> Element:
    """Return a row for each metric, with its last `measured` values next to its target."""
    rows = (_metric_row(metric, language, measured(metric)) for metric in facts.metrics)
    return fact_table("metrics", "metric definition formula excludes", rows, language)


def _metric_row(metric: Metric, language: str, measured: Iterable[Element]) -> TableRow:
    header: list[Child] = [metric.name[language]]
    if metric.target:
        aim = f"{word('target', language)}: {metric.target[language]}"
        header.append(element("span", {"class": "note"}, aim))
    header.extend(measured)
    scale = element("span", {"class": "note"}, metric.direction[language])
    cells: tuple[Cell, ...] = (
        [metric.definition[language], scale],
        [metric.formula[language]],
        [metric.excludes[language]],
    )
    return f"metric-{anchor(metric.key)}", header, cells


def retention(facts: Facts, language: str) -> Element:
    """`{{ table retention }}`: after how many days, counted from when, what is removed."""
    rows = (
        (
            f"kept-{anchor(period.key)}",
            [word("days", language).format(days=Plural(period.days))],
            ([period.counted_from[language]], [period.removed[language]]),
        )
        for period in facts.retention
    )
    return fact_table("retention", "after counted_from removed", rows, language)


def case_courses(facts: Facts, language: str) -> Element:
    """`{{ table kinds }}`: what happens when, for each reason to write to support."""
    rows = (
        (
            f"course-{anchor(one.key)}",
            [one.name[language]],
            [[text[language]] for text in (one.first, one.then, one.end, one.time)],
        )
        for one in facts.case_courses
    )
    headings = "course course_first course_then course_end course_time"
    return fact_table("courses", headings, rows, language)


def mail_subjects(facts: Facts, language: str) -> Element:
    """`{{ table mail_subjects }}`: when each email is sent, its subject, its constant part."""
    rows = (
        (
            f"mail-{anchor(subject.key)}",
            [subject.sent_when[language]],
            ([_code(constant_part(subject.pattern))], [_code(subject.pattern)]),
        )
        for subject in facts.mail_subjects
    )
    return fact_table("mail_subjects", "mail_when mail_filter mail_subject", rows, language)


def constant_part(pattern: str) -> str:
    """Return the start that all subjects of a kind share, for use in an email filter."""
    return pattern.split("{")[0].strip()


def _code(text: str) -> Element:
    return element("code", {"lang": "en"}, text)
