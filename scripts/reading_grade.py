"""Print the reading grade of every customer page: python scripts/reading_grade.py

English: Flesch–Kincaid grade. German: first Wiener Sachtextformel, which also counts school years.
"""

import re
import sys
from html.parser import HTMLParser
from pathlib import Path

import textstat
from markdown import Markdown

from support_facts import load_facts

ROOT = Path(__file__).resolve().parent.parent
HIGHEST = 8
EXTENSIONS = ["attr_list", "md_in_html", "tables", "knowledge_site.markdown"]
UNREAD = {"pre", "script", "svg", "code"}
BLOCKS = {"p", "li", "td", "th", "dd", "dt", "h1", "h2", "h3", "figcaption", "caption", "span"}


class _Blocks(HTMLParser):
    """The text of each block of a page, without code and pictures."""

    def __init__(self) -> None:
        super().__init__()
        self.texts = [""]
        self._unread = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._unread += tag in UNREAD
        if tag in BLOCKS:
            self.texts.append("")

    def handle_endtag(self, tag: str) -> None:
        self._unread -= tag in UNREAD
        if tag in BLOCKS:
            self.texts.append("")

    def handle_data(self, data: str) -> None:
        if not self._unread:
            self.texts[-1] += data


def sentences(markdown: str, language: str) -> str:
    """Return the sentences of a page; blocks of fewer than four words are labels."""
    config = {"knowledge_site.markdown": {"language": language}}
    blocks = _Blocks()
    blocks.feed(Markdown(extensions=EXTENSIONS, extension_configs=config).convert(markdown))
    texts = [re.sub(r"\S+@\S+|https?://\S+", "address", text).split() for text in blocks.texts]
    read = [" ".join(words) for words in texts if len(words) > 3]
    return " ".join(text if text[-1] in ".!?:" else f"{text}." for text in read)


def grade(text: str, language: str) -> float:
    """Return the number of school years a reader needs."""
    textstat.set_lang(language)
    if language == "de":
        return float(textstat.wiener_sachtextformel(text, 1))
    return float(textstat.flesch_kincaid_grade(text))


def main() -> int:
    """Print a line per page; return 1 if one is harder to read than `HIGHEST`."""
    too_hard = False
    for language in load_facts().languages:
        for path in sorted((ROOT / "docs" / language).glob("*.md")):
            body = re.sub(r"\A---\n.*?\n---\n", "", path.read_text(encoding="utf-8"), flags=re.S)
            found = grade(sentences(body, language), language)
            too_hard |= found > HIGHEST
            note = f"  more than {HIGHEST}: shorten sentences" if found > HIGHEST else ""
            print(f"{found:5.1f}  {path.relative_to(ROOT)}{note}")
    return int(too_hard)


if __name__ == "__main__":
    sys.exit(main())
