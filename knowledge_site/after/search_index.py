"""The search index as the pages' own search reads it: text without markup, each section once."""

import json
import re
from html import unescape
from pathlib import Path
from typing import Any

MARKUP = re.compile(r"<[^>]+>")


def shorten(path: Path) -> None:
    """Rewrite the builder's index with what the search shows and weighs, and nothing else."""
    index = json.loads(path.read_text(encoding="utf-8"))
    text = json.dumps(
        {"docs": [_section(one) for one in index["docs"]]},
        ensure_ascii=False,
        separators=(",", ":"),
    )
    path.write_text(text, encoding="utf-8")


def _section(section: dict[str, Any]) -> dict[str, Any]:
    """Return one section; `boost` lets its whole page come earlier.

    `words` are what customers type though the page says it differently: its `tags`.
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
