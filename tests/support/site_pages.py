"""The pages of the site, and their text."""

import re
from pathlib import Path

from knowledge_site.build import ROOT

PAGES = sorted(path.relative_to(ROOT / "docs/en").stem for path in (ROOT / "docs/en").rglob("*.md"))
ADDRESSES = [f"{folder}{name}.html" for folder in ("", "de/") for name in PAGES]


def text_of(path: Path) -> str:
    """Return the text of a built page, without markup and line breaks."""
    article = path.read_text(encoding="utf-8").split("<article", 1)[1].split("</article>")[0]
    return " ".join(re.sub(r"<[^>]+>", " ", article).split())
