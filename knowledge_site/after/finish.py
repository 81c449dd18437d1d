"""The steps after the build, in order."""

import re
from collections.abc import Iterable
from datetime import date
from itertools import product
from pathlib import Path

from charts import long_date
from knowledge_site.after import (
    assets,
    built_pages,
    data,
    feed,
    headers,
    links,
    redirects,
    search_index,
    sitemap,
    well_known,
    whole_policy,
)
from knowledge_site.errors import SiteFault
from knowledge_site.pages import Page
from knowledge_site.results.downloads import write_downloads
from knowledge_site.search_words import NO_WORDS, SearchWords
from published_results import Published
from support_facts import Facts

LANGUAGE = re.compile(r'<html lang="([a-z]+)"')
DATE = re.compile(r'(<time datetime="([\d-]+)">)\2(?=</time>)')
ROOTED = re.compile(r'(?<= )[a-z-]+="?/(?!/)')


def finish(
    site: Path,
    pages: Iterable[Page],
    facts: Facts,
    published: Published | None = None,
    words: SearchWords = NO_WORDS,
) -> list[SiteFault]:
    """Complete the built folder and return the faults in it."""
    published = published or Published()
    site = site.resolve()
    pages = list(pages)
    # Before the whole policy repeats the text of all pages on one.
    search_index.write_indexes(site, pages, words, facts.languages[0])
    if not facts.organisation.site_url:
        root_links(site, facts.languages[1:])
    for folder in (site, *(site / language for language in facts.languages[1:])):
        whole_policy.write_whole_policy(folder)
    feed.write_feeds(site, facts, published)
    data.write_data(site, facts)
    well_known.write_well_known(site, facts)
    texts, unchanging = optimise(site, facts.languages[1:])
    site_url, first = facts.organisation.site_url, facts.languages[0]
    write_downloads(site, published)
    sitemap.write_sitemap(site, pages, site_url, first)
    redirects.write_redirects(site, pages, site_url, first)
    built = built_pages.read_site(site, texts)
    scripts = (script for page in built.values() for script in page.scripts)
    headers.write_headers(site, headers.security_headers(scripts, site_url or ""), unchanging)
    return links.check(site, built)


def optimise(site: Path, folders: Iterable[str]) -> tuple[assets.Pages, list[Path]]:
    """Optimise the pages and their assets.

    Returns the pages and the files with a hash in their name, which browsers can cache permanently.
    """
    before = {
        path: with_readable_dates(path.read_text(encoding="utf-8"))
        for path in sorted(site.rglob("*.html"))
    }
    pages, unchanging = assets.optimise(site, before, folders)
    for path, html in pages.items():
        path.write_text(html, encoding="utf-8")
    return pages, unchanging


def with_readable_dates(html: str) -> str:
    """Return the page with the dates of its template written as its language writes them."""
    page = LANGUAGE.search(html)
    language = page[1] if page else "en"
    return DATE.sub(lambda it: it[1] + long_date(date.fromisoformat(it[2]), language), html)


def root_links(site: Path, folders: Iterable[str]) -> None:
    """Let the links of each folder's error pages start at the folder.

    These pages are served at any depth. Without a site_url, MkDocs takes the folder for the root.
    """
    for folder, name in product(folders, links.ERROR_PAGES):
        path = site / folder / name
        if path.exists():
            html = path.read_text(encoding="utf-8")
            path.write_text(ROOTED.sub(rf"\g<0>{folder}/", html), encoding="utf-8")
