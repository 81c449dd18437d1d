"""Checks of the built pages: broken links and anchors, external files, duplicate ids, placeholders.

MkDocs only checks links in Markdown. These checks include raw HTML and templates.
"""

import os
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from posixpath import dirname, join, normpath
from typing import NamedTuple
from urllib.parse import unquote, urlsplit

from knowledge_site.after.built_pages import BuiltPage
from knowledge_site.errors import SiteFault

ERROR_PAGES = ("404.html", "503.html")


class Built(NamedTuple):
    """Valid link targets: all files, and the anchors of each page."""

    files: frozenset[str]
    anchors: dict[str, set[str]]


def check(site: Path, pages: dict[Path, BuiltPage]) -> list[SiteFault]:
    """Return every broken link or anchor, external file, duplicate id and unfilled placeholder."""
    files = frozenset(
        Path(folder, name).relative_to(site).as_posix()
        for folder, _, names in os.walk(site)
        for name in names
    )
    named = {path.relative_to(site).as_posix(): page for path, page in pages.items()}
    anchors = {name: {anchor for _, anchor in page.anchors} for name, page in named.items()}
    built = Built(files, anchors)
    return sorted(fault for name, page in named.items() for fault in _of_page(name, page, built))


def _of_page(name: str, page: BuiltPage, built: Built) -> Iterator[SiteFault]:
    seen: set[str] = set()
    for line, anchor in page.anchors:
        if anchor in seen:
            yield SiteFault(page.path, line, f"id {anchor!r} is used twice on the page")
        seen.add(anchor)
    for line, target in page.loads:
        if _is_foreign(target):
            yield SiteFault(page.path, line, f"{target} is loaded from another host")
    for line, target in (*page.links, *page.loads):
        if message := _dead(name, target, built):
            yield SiteFault(page.path, line, f"{target}{message}")
    for line in page.left_over:
        yield SiteFault(page.path, line, "unfilled placeholder")


def _is_foreign(target: str) -> bool:
    parts = urlsplit(target)
    return bool(parts.netloc) or parts.scheme in ("http", "https")


def _dead(name: str, target: str, built: Built) -> str:
    """Return the fault of a link, or an empty string."""
    parts = urlsplit(target)
    if parts.scheme or parts.netloc:
        return ""
    # Error pages are served at any depth, so their links must start at the root.
    if parts.path.startswith("/") and not name.endswith(ERROR_PAGES):
        return " starts at the server's root: link relative to the page"
    path = _place(dirname(name), parts.path) if parts.path else name
    if path not in built.files:
        path = normpath(join(path, "index.html"))
    if path not in built.files:
        return " leads nowhere"
    fragment = unquote(parts.fragment)
    if fragment and fragment not in built.anchors.get(path, {fragment}):
        return f": the page has no anchor #{parts.fragment}"
    return ""


@cache
def _place(folder: str, path: str) -> str:
    """Return a path relative to the site; `folder` is where a relative path starts."""
    plain = unquote(path)
    return normpath(plain.lstrip("/") if plain.startswith("/") else join(folder, plain))
