"""Tables of metrics, retention periods and email subjects."""

from collections.abc import Callable, Iterable
from xml.etree.ElementTree import Element

from charts import Cell, Child, TableRow, anchor, element, table
from knowledge_site.wording import Plural, word
from support_facts import CaseCourse, Facts, MailSubject, Metric


def metrics(
    facts: Facts, language: str, measured: Callable[[Metric], Iterable[Element]]
) -> Element:
    """Return a row for each metric, with its last `measured` values next to its target."""
    headings = ("metric", "definition", "formula", "excludes")
    return table(
        word("metrics_caption", language),
        [word(heading, language) for heading in headings],
        (_metric_row(metric, language, measured(metric)) for metric in facts.metrics),
    )


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
    headings = ("after", "counted_from", "removed")
    return table(
        word("retention_caption", language),
        [word(heading, language) for heading in headings],
        (
            (
                f"kept-{anchor(period.key)}",
                [word("days", language).format(days=Plural(period.days))],
                ([period.counted_from[language]], [period.removed[language]]),
            )
            for period in facts.retention
        ),
    )


def case_courses(facts: Facts, language: str) -> Element:
    """`{{ table kinds }}`: what happens when, for each reason to write to support."""
    headings = ("course", "course_first", "course_then", "course_end", "course_time")
    return table(
        word("courses_caption", language),
        [word(heading, language) for heading in headings],
        (_course_row(course, language) for course in facts.case_courses),
    )


def _course_row(course: CaseCourse, language: str) -> TableRow:
    texts = (course.first, course.then, course.end, course.time)
    return (
        f"course-{anchor(course.key)}",
        [course.name[language]],
        [[text[language]] for text in texts],
    )


def mail_subjects(facts: Facts, language: str) -> Element:
    """`{{ table mail_subjects }}`: when each email is sent, its subject, its constant part."""
    headings = ("mail_when", "mail_filter", "mail_subject")
    return table(
        word("mail_subjects_caption", language),
        [word(heading, language) for heading in headings],
        (_subject_row(subject, language) for subject in facts.mail_subjects),
    )


def _subject_row(subject: MailSubject, language: str) -> TableRow:
    cells = ([_code(constant_part(subject.pattern))], [_code(subject.pattern)])
    return f"mail-{anchor(subject.key)}", [subject.sent_when[language]], cells


def constant_part(pattern: str) -> str:
    """Return the start that all subjects of a kind share, for use in an email filter."""
    return pattern.split("{")[0].strip()


def _code(text: str) -> Element:
    return element("code", {"lang": "en"}, text)
