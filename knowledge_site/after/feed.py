"""Atom feeds, one per language: changes in how we work, published results and notes."""

from collections.abc import Iterable
from datetime import date
from pathlib import Path
from uuid import NAMESPACE_URL, uuid5
from xml.etree.ElementTree import Element, SubElement, indent, register_namespace, tostring

from charts import anchor
from knowledge_site.results.news import FeedEntry, news
from knowledge_site.results.view import ResultsView
from knowledge_site.wording import word
from published_results import Published
from support_facts import Facts

ATOM = "http://www.w3.org/2005/Atom"
CHANGES_PAGE = "what-changed.html"
FEED = "feed.xml"
# A feed must have a date even if it has no entries.
NOTHING_YET = date(1970, 1, 1)


def entries(facts: Facts, language: str, published: Published) -> list[FeedEntry]:
    """Return changes in how we work and published results, newest first."""
    items = [
        FeedEntry(
            key=change.key,
            day=change.day,
            title=change.title[language],
            text=change.text[language],
            page=f"{CHANGES_PAGE}#change-{anchor(change.key)}",
        )
        for change in facts.changes
    ]
    items += news(ResultsView(published, facts, language))
    return sorted(items, key=lambda entry: entry.day, reverse=True)


def feed(items: Iterable[FeedEntry], facts: Facts, language: str) -> bytes:
    """Return the feed as UTF-8 XML; links are absolute if the address of the site is set."""
    items = list(items)
    register_namespace("", ATOM)
    name = facts.organisation.name
    root = Element(f"{{{ATOM}}}feed", {"{http://www.w3.org/XML/1998/namespace}lang": language})
    title = f"{name}: {word('feed_title', language)}"
    _add(root, "id", _identity(name, language))
    _add(root, "title", title)
    _add(root, "updated", _moment(max((entry.day for entry in items), default=NOTHING_YET)))
    _add(SubElement(root, f"{{{ATOM}}}author"), "name", name)
    here = _folder(facts, language)
    _link(root, "self", here + FEED, "application/atom+xml")
    _link(root, "alternate", here + CHANGES_PAGE, "text/html")
    for entry in items:
        made = SubElement(root, f"{{{ATOM}}}entry")
        _add(made, "id", _identity(name, language, entry.key))
        _add(made, "title", entry.title)
        _add(made, "updated", _moment(entry.day))
        _link(made, "alternate", here + entry.page, "text/html")
        _add(made, "summary", entry.text)
    indent(root)
    text: bytes = tostring(root, encoding="utf-8", xml_declaration=True)
    return text + b"\n"


def write_feeds(site: Path, facts: Facts, published: Published) -> None:
    """Write the feed of every language into the folder of its pages."""
    for language in facts.languages:
        folder = site if language == facts.languages[0] else site / language
        text = feed(entries(facts, language, published), facts, language)
        (folder / FEED).write_bytes(text)


def _folder(facts: Facts, language: str) -> str:
    """Return the address of a language's folder; empty if the site has no address."""
    if not facts.organisation.site_url:
        return ""
    folder = "" if language == facts.languages[0] else f"{language}/"
    return f"{facts.organisation.site_url.rstrip('/')}/{folder}"


def _identity(*parts: str) -> str:
    # Independent of the address, so that readers get no entry twice when the site moves.
    return uuid5(NAMESPACE_URL, "/".join(parts)).urn


def _moment(day: date) -> str:
    return f"{day.isoformat()}T00:00:00Z"


def _add(parent: Element, tag: str, text: str) -> None:
    SubElement(parent, f"{{{ATOM}}}{tag}").text = text


def _link(parent: Element, relation: str, address: str, kind: str) -> None:
    SubElement(parent, f"{{{ATOM}}}link", {"rel": relation, "type": kind, "href": address})
