"""Facts as tables: caption, header cells, and an anchor on each row for deep links."""

from collections.abc import Callable, Iterable, Sequence
from xml.etree.ElementTree import Element

from charts import Cell, Child, Row, anchor, element, english, table
from knowledge_site.wording import word
from support_facts import Facts, Metric, Status


def statuses(facts: Facts, language: str) -> Element:
    """`{{ table statuses }}`: meaning, who acts, what you can do, what can follow."""
    headings = ("status", "meaning", "who_acts", "you_can", "next_statuses")
    return table(
        word("statuses_caption", language),
        [word(heading, language) for heading in headings],
        (_status_row(status, facts, language) for status in facts.statuses),
    )


def _status_row(status: Status, facts: Facts, language: str) -> Row:
    link = element("a", {"href": f"#{anchor(status.key)}"}, english(status.name, language))
    following = [facts.status(key) for key in status.next]
    cells = (
        [status.meaning[language]],
        [status.who_acts[language]],
        [status.you_can[language]],
        [_following(following, language)],
    )
    return anchor(status.key), [link], cells


def _following(statuses: Sequence[Status], language: str) -> Child:
    if not statuses:
        return word("nothing_follows", language)
    links = (
        element("a", {"href": f"#{anchor(status.key)}"}, english(status.name, language))
        for status in statuses
    )
    return element("ul", None, *(element("li", None, link) for link in links))


def metrics(
    facts: Facts, language: str, measured: Callable[[Metric], Iterable[Element]]
) -> Element:
    """Return a row for each metric, with what was `measured` of it beside its aim."""
    headings = ("metric", "definition", "formula", "excludes")
    return table(
        word("metrics_caption", language),
        [word(heading, language) for heading in headings],
        (_metric_row(metric, language, measured(metric)) for metric in facts.metrics),
    )


def _metric_row(metric: Metric, language: str, measured: Iterable[Element]) -> Row:
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
                [word("days", language).format(days=period.days)],
                ([period.counted_from[language]], [period.removed[language]]),
            )
            for period in facts.retention
        ),
    )
