"""The Markdown pages: front matter and text."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from mkdocs.utils.meta import get_data

FENCE = re.compile(r"\s{0,3}(```+|~~~+)")
CODE_SPAN = re.compile(r"(`+).+?\1")


@dataclass(frozen=True)
class Page:
    """One Markdown file; `name` is its path below docs/<language>, e.g. "case-status.md"."""

    language: str
    name: str
    path: Path
    meta: dict[str, Any]
    text: str
    first_line: int

    @property
    def address(self) -> str:
        """Path of the built page within its language, e.g. "case-status.html"."""
        return self.name.removesuffix(".md") + ".html"

    @property
    def last_updated(self) -> date:
        """Day of the last content change, from the front matter."""
        value = self.meta["last_updated"]
        assert isinstance(value, date)
        return value


def read_page(path: Path, folder: Path, language: str) -> Page:
    """Return a page; its `meta` is empty if the front matter is missing or invalid."""
    source = path.read_text(encoding="utf-8-sig")
    text, meta = get_data(source)
    return Page(
        language=language,
        name=path.relative_to(folder).as_posix(),
        path=path,
        meta=meta,
        text=text,
        first_line=1 + source.count("\n") - text.count("\n"),
    )


def read_pages(docs: Path, languages: tuple[str, ...]) -> Iterator[Page]:
    """Yield every page of every language, sorted by language and path."""
    for language in languages:
        folder = docs / language
        for path in sorted(folder.rglob("*.md")):
            yield read_page(path, folder, language)


def lines_outside_code(page: Page) -> Iterator[tuple[int, str]]:
    """Yield every line of the text with its line number, without code."""
    fence = ""
    for number, line in enumerate(page.text.splitlines(), page.first_line):
        mark = FENCE.match(line)
        if mark and not fence:
            fence = mark.group(1)
        elif mark and mark.group(1).startswith(fence):
            fence = ""
        elif not fence:
            yield number, CODE_SPAN.sub("", line)
