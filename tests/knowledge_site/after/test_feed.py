"""What changed can be followed with a feed reader."""

from datetime import date
from xml.etree.ElementTree import fromstring

import pytest

from knowledge_site.after import built_pages
from knowledge_site.after.feed import entries, feed
from published_results import Published
from support_facts import load_facts
from tests.support.some import some

FACTS = load_facts()
ATOM = "http://www.w3.org/2005/Atom"
SPACE = {"a": ATOM}


def placed(address):
    return FACTS.model_copy(
        update={"organisation": FACTS.organisation.model_copy(update={"site_url": address})}
    )


def read(facts=FACTS, language="en"):
    return fromstring(feed(entries(facts, language, Published()), facts, language))


@pytest.mark.parametrize("language", FACTS.languages)
def test_the_feed_lists_every_change_newest_first(language):
    found = read(language=language).findall("a:entry", SPACE)
    days = [entry.findtext("a:updated", namespaces=SPACE) for entry in found]
    assert days == sorted(days, reverse=True)
    assert {entry.findtext("a:title", namespaces=SPACE) for entry in found} == {
        change.title[language] for change in FACTS.changes
    }
    assert {entry.findtext("a:summary", namespaces=SPACE) for entry in found} == {
        change.text[language] for change in FACTS.changes
    }


def test_the_feed_has_all_elements_that_atom_requires():
    root = read(placed("https://support.example.org"))
    for place in (root, *root.findall("a:entry", SPACE)):
        for tag in ("id", "title", "updated"):
            assert place.findtext(f"a:{tag}", namespaces=SPACE)
    assert root.findtext("a:author/a:name", namespaces=SPACE) == FACTS.organisation.name
    newest = max(change.day for change in FACTS.changes)
    assert root.findtext("a:updated", namespaces=SPACE) == f"{newest}T00:00:00Z"


def test_ids_are_unique_and_survive_a_move_of_the_site():
    def ids(facts):
        return [found.text for found in read(facts).iter(f"{{{ATOM}}}id")]

    assert ids(placed("https://a.example")) == ids(placed("https://b.example"))
    assert len(set(ids(FACTS))) == len(ids(FACTS))
    assert set(ids(FACTS)).isdisjoint(
        found.text for found in read(language="de").iter(f"{{{ATOM}}}id")
    )


@pytest.mark.parametrize(("language", "folder"), [("en", ""), ("de", "de/")])
def test_links_are_absolute_if_the_site_has_an_address(language, folder):
    root = read(placed("https://support.example.org/"), language)
    for link in some(root.iter(f"{{{ATOM}}}link")):
        assert link.attrib["href"].startswith(f"https://support.example.org/{folder}")


def test_a_change_without_a_page_is_in_the_feed_too():
    change = FACTS.changes[0].model_copy(
        update={"key": "quiet", "day": date(2026, 1, 2), "page": None}
    )
    facts = FACTS.model_copy(update={"changes": (change,)})
    (entry,) = entries(facts, "en", Published())
    assert entry.page == "what-changed.html#change-quiet"


@pytest.mark.parametrize("folder", ["", "de/"])
def test_every_entry_links_to_its_section_of_the_built_page(site, folder):
    root = fromstring((site / f"{folder}feed.xml").read_bytes())
    anchors = {
        anchor for _, anchor in built_pages.BuiltPage(site / f"{folder}what-changed.html").anchors
    }
    found = root.findall("a:entry/a:link", SPACE)
    assert len(found) == len(FACTS.changes)
    for link in found:
        page, _, anchor = link.attrib["href"].partition("#")
        assert page == "what-changed.html"
        assert anchor in anchors


def test_page_leads_to_its_feed(site):
    for folder in ("", "de/"):
        page = built_pages.BuiltPage(site / f"{folder}what-changed.html")
        assert "feed.xml" in [target for _, target in page.links]


def test_a_feed_without_entries_is_valid():
    root = read(FACTS.model_copy(update={"changes": ()}))
    assert root.findall("a:entry", SPACE) == []
    assert root.findtext("a:updated", namespaces=SPACE)
