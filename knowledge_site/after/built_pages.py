"""Anchors, links, loaded files and inline scripts of the built pages, with their lines.

They are found with regular expressions, because the HTML parser of the standard library takes
several times as long, which is noticeable on a site of a thousand pages.
"""

import re
from collections.abc import Iterator
from functools import lru_cache
from html import unescape
from pathlib import Path

LOADING_LINKS = {"stylesheet", "icon", "preload", "modulepreload", "manifest"}
SCRIPT_TYPES = {"", "module", "text/javascript"}
QUOTED = r""""[^"]*"|'[^']*'"""
ATTRIBUTE = re.compile(rf"""([^\s"'<>/=]+)\s*=\s*({QUOTED}|[^\s"'<>]+)""")
# Only tags with one of these attributes; comments and contents of scripts are skipped.
TAG = re.compile(
    rf"""<!--.*?-->|<(script|style)\b((?:[^>"']|{QUOTED})*)>(.*?)</\1\s*>"""
    rf"""|<([a-zA-Z][\w-]*)(\s(?:[^>"']|{QUOTED})*?\b(?:id|href|src)\s*=(?:[^>"']|{QUOTED})*)>""",
    re.DOTALL | re.IGNORECASE,
)
# <bdi> holds text that leads published, which is shown as they wrote it, even with "{{".
HELD = re.compile(
    rf"""<!--.*?-->|<(script|style|bdi)\b.*?</\1\s*>|<[a-zA-Z/](?:[^>"']|{QUOTED})*>""", re.DOTALL
)
TAG_BEGINS = re.compile(r"<[a-zA-Z/]")
LEFT_OVER = re.compile(r"\{\{|\{%|\}\}|%\}")
OPENED = (("<!--", "-->"), ("<script", "</script"), ("<style", "</style"))

# Line within the text, kind of what was found, its value.
Found = tuple[int, str, str]


class BuiltPage:
    """Anchors, links, loaded files and inline scripts of one built page, with their lines."""

    def __init__(self, path: Path, html: str | None = None) -> None:
        self.path = path
        self.anchors: list[tuple[int, str]] = []
        self.links: list[tuple[int, str]] = []
        self.loads: list[tuple[int, str]] = []
        self.scripts: list[str] = []
        self.left_over: list[int] = []
        self._read(path.read_text(encoding="utf-8") if html is None else html)

    def _read(self, html: str) -> None:
        """Read line by line; lines that are the same on all pages are parsed once."""
        pending = ""
        for number, line in enumerate(html.split("\n"), 1):
            if pending:
                pending += f"\n{line}"
                if not _is_whole(pending):
                    continue
                found, pending = _read(pending), ""
            else:
                known = _read_line(line)
                if known is None:
                    pending, begun = line, number
                    continue
                found, begun = known, number
            for within, kind, value in found:
                self._keep(begun + within, kind, value)
        for within, kind, value in _read(pending):
            self._keep(begun + within, kind, value)

    def _keep(self, line: int, kind: str, value: str) -> None:
        if kind == "script":
            self.scripts.append(value)
        elif kind == "left over":
            self.left_over.append(line)
        else:
            kept = {"anchor": self.anchors, "link": self.links, "load": self.loads}[kind]
            kept.append((line, value))


def _is_whole(text: str) -> bool:
    """Return whether every tag, comment and script is closed."""
    if any(text.count(opening) != text.count(closing) for opening, closing in OPENED):
        return False
    return not TAG_BEGINS.search(HELD.sub("", text))


@lru_cache(maxsize=100_000)
def _read_line(line: str) -> tuple[Found, ...] | None:
    return _read(line) if _is_whole(line) else None


def _read(text: str) -> tuple[Found, ...]:
    found = [one for match in TAG.finditer(text) for one in _tag(text, match)]
    if LEFT_OVER.search(text):
        found += _left_over(text)
    return tuple(found)


def _tag(text: str, match: re.Match[str]) -> Iterator[Found]:
    held, held_attributes, inside, tag, attributes = match.groups()
    line = text.count("\n", 0, match.start())
    tag = (held or tag or "").lower()
    given = _attributes(held_attributes or attributes or "")
    if held and tag == "script" and "src" not in given and given.get("type", "") in SCRIPT_TYPES:
        yield line, "script", inside
    if "id" in given:
        yield line, "anchor", given["id"]
    if "src" in given:
        yield line, "load", given["src"]
    if tag == "link" and LOADING_LINKS & set(given.get("rel", "").split()):
        yield line, "load", given.get("href", "")
    if tag in ("a", "area") and "href" in given:
        yield line, "link", given["href"]


def _left_over(text: str) -> Iterator[Found]:
    seen = HELD.sub(lambda found: "\n" * found.group().count("\n"), text)
    for number, line in enumerate(seen.split("\n")):
        if LEFT_OVER.search(line):
            yield number, "left over", line


def _attributes(text: str) -> dict[str, str]:
    return {
        name.lower(): unescape(value[1:-1] if value[0] in "\"'" else value)
        for name, value in ATTRIBUTE.findall(text)
    }


def read_site(site: Path, known: dict[Path, str] | None = None) -> dict[Path, BuiltPage]:
    """Read every HTML file below the folder; `known` holds texts that were read before."""
    known = known or {}
    return {path: BuiltPage(path, known.get(path)) for path in sorted(site.rglob("*.html"))}
