"""Changes in how we work, newest first."""

from collections.abc import Iterable
from datetime import date
from xml.etree.ElementTree import Element

from charts import anchor, element, long_date
from knowledge_site.wording import word
from support_facts import Change, Facts


def newest_first(facts: Facts) -> list[Change]:
    """Return the changes; those of the same day keep the order of the file."""
    return sorted(facts.changes, key=lambda change: change.day, reverse=True)


def changes(facts: Facts, language: str) -> Element:
    """`{{ changes }}`: a section with a date and an anchor for each change."""
    sections = (_section(change, language) for change in newest_first(facts))
    return element("div", {"class": "changes"}, *sections)


def _section(change: Change, language: str) -> Element:
    return element(
        "div",
        None,
        element("h2", {"id": change_anchor(change)}, change.title[language]),
        element("p", {"class": "note"}, _day(change.day, language)),
        element("p", None, change.text[language], " ", *_more(change, language)),
    )


def change_anchor(change: Change) -> str:
    """Return the anchor of a change on its page."""
    return f"change-{anchor(change.key)}"


def _day(day: date, language: str) -> Element:
    return element("time", {"datetime": day.isoformat()}, long_date(day, language))


def _more(change: Change, language: str) -> Iterable[Element]:
    if change.page:
        yield element("a", {"href": change.page}, word("change_more", language))
