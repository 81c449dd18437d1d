"""Checklists: what to include in a case, and first checks of the infrastructure.

Each is available as a list to read and as plain text to copy into a case.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from xml.etree.ElementTree import Element

from charts import anchor, element
from knowledge_site.wording import word
from support_facts import Check, Facts


@dataclass(frozen=True)
class Item:
    """An item of a checklist in one language; `note` gives its purpose."""

    anchor: str
    name: str
    lines: Sequence[str]
    note: str


def pieces(facts: Facts, language: str) -> Element:
    """`{{ checklist pieces }}`: what to include in a case, and why."""
    return _definitions(_pieces(facts, language))


def checks(facts: Facts, language: str) -> Element:
    """`{{ checklist checks }}`: where to look in the infrastructure, in order."""
    return _definitions(_checks(facts, language))


def symptoms(facts: Facts, language: str) -> Element:
    """`{{ checklist symptoms }}`: a heading for each symptom, so that search finds it."""
    return element("div", None, *(_section(item) for item in _symptoms(facts, language)))


def plain_pieces(facts: Facts, language: str) -> Element:
    """`{{ plain pieces }}`: what to include in a case, as text to copy."""
    return _copyable(_numbered(replace(item, note="") for item in _pieces(facts, language)))


def plain_investigation(facts: Facts, language: str) -> Element:
    """`{{ plain investigation }}`: checks and symptoms, as text to copy."""
    symptoms = map(_plain, _symptoms(facts, language))
    parts = (_numbered(_checks(facts, language)), word("by_symptom", language), *symptoms)
    return _copyable("\n\n".join(parts))


def _pieces(facts: Facts, language: str) -> list[Item]:
    why = word("why", language)
    return [
        Item(
            f"piece-{anchor(piece.key)}",
            piece.name[language],
            [question[language] for question in piece.questions],
            f"{why}: {piece.why[language]}",
        )
        for piece in facts.pieces
    ]


def _checks(facts: Facts, language: str) -> list[Item]:
    return [_check("check", check, language) for check in facts.checks]


def _symptoms(facts: Facts, language: str) -> list[Item]:
    return [_check("symptom", symptom, language) for symptom in facts.symptoms]


def _check(kind: str, check: Check, language: str) -> Item:
    return Item(
        f"{kind}-{anchor(check.key)}",
        check.name[language],
        [line[language] for line in check.look],
        f"{word('keep', language)}: {check.keep[language]}",
    )


def _definitions(items: Iterable[Item]) -> Element:
    rows = (
        element(
            "div",
            {"id": item.anchor},
            element("dt", None, item.name),
            element("dd", None, _bullets(item)),
            element("dd", {"class": "note"}, item.note),
        )
        for item in items
    )
    return element("dl", {"class": "checklist"}, *rows)


def _section(item: Item) -> Element:
    return element(
        "div",
        None,
        element("h3", {"id": item.anchor}, item.name),
        _bullets(item),
        element("p", {"class": "note"}, item.note),
    )


def _bullets(item: Item) -> Element:
    return element("ul", None, *(element("li", None, line) for line in item.lines))


def _numbered(items: Iterable[Item]) -> str:
    return "\n\n".join(f"{number}. {_plain(item)}" for number, item in enumerate(items, 1))


def _plain(item: Item) -> str:
    notes = [f"   {item.note}"] if item.note else []
    return "\n".join([item.name, *(f"   - {line}" for line in item.lines), *notes])


def _copyable(text: str) -> Element:
    # Without this, the search would find every sentence twice.
    attributes = {"class": "copyable", "data-search-exclude": ""}
    # The list scrolls, and keys can only scroll what has the focus.
    return element("pre", attributes, element("code", {"tabindex": "0"}, text))
