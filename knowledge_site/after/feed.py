"""Atom feeds, one per language: changes in how we work, published results and notes."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from uuid import NAMESPACE_URL, uuid5

from knowledge_site.results.news import FeedEntry, news
from knowledge_site.results.view import ResultsView
from knowledge_site.templating import anchor, render
from knowledge_site.wording import word
from published_results import Published
from support_facts import Facts

CHANGES_PAGE = "what-changed.html"
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


def feed(items: Sequence[FeedEntry], facts: Facts, language: str) -> str:
    """Return the feed as XML; links are absolute if the address of the site is set."""
    organisation = facts.organisation
    folder = "" if language == facts.languages[0] else f"{language}/"

    def identity(*key: str) -> str:
        # Independent of the address, so that readers get no entry twice when the site moves.
        return uuid5(NAMESPACE_URL, "/".join((organisation.name, language, *key))).urn

    return render(
        "feed.xml",
        entries=items,
        language=language,
        name=organisation.name,
        title=word("feed_title", language),
        updated=max((entry.day for entry in items), default=NOTHING_YET),
        folder=f"{organisation.site_url.rstrip('/')}/{folder}" if organisation.site_url else "",
        identity=identity,
    )


def write_feeds(site: Path, facts: Facts, published: Published) -> None:
    """Write the feed of every language into the folder of its pages."""
    for language in facts.languages:
        folder = site if language == facts.languages[0] else site / language
        text = feed(entries(facts, language, published), facts, language)
        (folder / "feed.xml").write_text(text, encoding="utf-8")
