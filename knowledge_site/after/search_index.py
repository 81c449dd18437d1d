"""Shorten the search index of MkDocs: text without markup, each section once."""

import json
import re
from html import unescape
from pathlib import Path
from typing import Any

MARKUP = re.compile(r"<[^>]+>")


def shorten(path: Path) -> None:
    """Rewrite the index with only the fields that the search of the site uses."""
    index = json.loads(path.read_text(encoding="utf-8"))
    text = json.dumps(
        {"docs": [_section(one) for one in index["docs"]]},
        ensure_ascii=False,
        separators=(",", ":"),
    )
    path.write_text(text, encoding="utf-8")


def _section(section: dict[str, Any]) -> dict[str, Any]:
    """Return a section; `boost` raises the rank of its page.

    `words` are search terms that are not on the page; they come from its tags.
    """
    plain = {
        "location": section["location"],
        "title": _plain(section["title"]),
        "text": _plain(section["text"]),
    }
    further = {"boost": section.get("boost"), "words": section.get("tags")}
    return plain | {key: value for key, value in further.items() if value}


def _plain(html: str) -> str:
    return " ".join(unescape(MARKUP.sub(" ", html)).split())
