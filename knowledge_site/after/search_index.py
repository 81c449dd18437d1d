"""The search index of each language: the text of the built pages, section by section.

It also contains the words of `docs/search.toml`. The browser searches it with MiniSearch
(`theme/assets/search.js`).
"""

import json
import re
from collections.abc import Iterable, Iterator
from html import unescape
from itertools import groupby
from pathlib import Path
from typing import Any

from knowledge_site.pages import Page
from knowledge_site.search_words import LanguageWords, SearchWords
from knowledge_site.wording import word

# Pages that help when nothing was found.
HELP = ("index.html", "getting-support.html", "site-map.html")
SHOWN = ("hint", "results", "none", "one", "many", "nearest", "advice")
INDEX = "search/search_index.json"
ARTICLE = re.compile(r"<article[^>]*>(.*?)</article>", re.DOTALL)
NOT_TEXT = re.compile(
    r'<(svg|script|style|nav)\b.*?</\1>|<a class="headerlink".*?</a>|<p class="page-dates">.*?</p>',
    re.DOTALL,
)
HEADING = re.compile(
    r'<h[1-6]\b[^>]*?\bid="(?P<anchor>[^"]+)"[^>]*>(?P<text>.*?)</h[1-6]>', re.DOTALL
)
# Any other tag separates words, for example the cells of a table.
INLINE = re.compile(
    r"</?(?:a|abbr|b|bdi|code|em|i|kbd|mark|strong|sub|sup|wbr)\b[^>]*>"
    r"|<span(?! class)[^>]*>|</span>"
)
TAG = re.compile(r"<[^>]+>")


def write_indexes(site: Path, pages: Iterable[Page], words: SearchWords, first: str) -> None:
    """Write one index per language into its folder of the built site."""
    for language, group in groupby(pages, key=lambda page: page.language):
        own = list(group)
        folder = site if language == first else site / language
        given = words.of(language)
        titles = {page.address: page.meta["title"] for page in own}
        index = {
            "shown": {key: word(f"search_{key}", language) for key in SHOWN},
            "help": [(titles[address], address) for address in HELP if address in titles],
            "ignored": given.ignored,
            "same": given.same,
            "pages": [_entry(page, folder, given) for page in own if _is_searched(page, folder)],
        }
        path = folder / INDEX
        path.parent.mkdir(parents=True, exist_ok=True)
        text = json.dumps(index, ensure_ascii=False, separators=(",", ":"))
        path.write_text(text, encoding="utf-8")


def _is_searched(page: Page, folder: Path) -> bool:
    return (folder / page.address).is_file() and not page.meta.get("search", {}).get("exclude")


def _entry(page: Page, folder: Path, words: LanguageWords) -> dict[str, Any]:
    html = (folder / page.address).read_text(encoding="utf-8")
    title = page.meta["title"]
    return {
        "address": page.address,
        "title": title,
        "about": page.meta["description"],
        "terms": words.pages.get(page.name.removesuffix(".md"), ()),
        "sections": list(_sections(html, title)),
    }


def _sections(html: str, title: str) -> Iterator[tuple[str, str, str]]:
    """Yield the anchor, heading and text of each section.

    The first heading is left out where it repeats the title of the page.
    """
    article = ARTICLE.search(html)
    parts = HEADING.split(NOT_TEXT.sub(" ", article[1] if article else ""))
    for anchor, heading, text in zip(parts[1::3], parts[2::3], parts[3::3], strict=True):
        heading = plain(heading)
        if title.startswith(heading):
            anchor = heading = ""
        yield anchor, heading, plain(text)


def plain(html: str) -> str:
    """Return the words of the HTML, separated by single spaces."""
    return " ".join(unescape(TAG.sub(" ", INLINE.sub("", html))).split())
