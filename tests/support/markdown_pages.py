"""Rendering Markdown in several dialects, and input that tries to change a page."""

import re
from functools import cache
from html.parser import HTMLParser

import markdown
from hypothesis import strategies as st

from feedback_app.reports.markdown_quoting import JOINER

DIALECTS: tuple[tuple[str, ...], ...] = (
    (),
    ("extra", "sane_lists", "toc", "admonition", "nl2br", "wikilinks"),
    (
        "tables",
        "pymdownx.magiclink",
        "pymdownx.tilde",
        "pymdownx.caret",
        "pymdownx.mark",
        "pymdownx.emoji",
        "pymdownx.details",
        "pymdownx.superfences",
        "pymdownx.tasklist",
        "pymdownx.tabbed",
        "pymdownx.critic",
        "pymdownx.keys",
        "pymdownx.blocks.admonition",
        "pymdownx.blocks.html",
        "pymdownx.arithmatex",
        "pymdownx.inlinehilite",
        "attr_list",
    ),
)
HOSTILE = (
    "<script>alert(1)</script><img src=x onerror=alert(1)>",
    "![picture](https://tracker.example/x.png) [click](javascript:alert(1))",
    "# Heading\n## Another\nunderlined\n===\nor so\n---",
    "> deeper\n\nout of the quote\n\n    code\n\n\ttabbed",
    "- one\n* two\n+ three\n1. four\n2) five\n   nested",
    "```\nfence\n```\n~~~\nfence\n~~~",
    "@everyone see #12, www.evil.example, HTTPS://evil.example, me@evil.example",
    "| a | b |\n| - | - |\n| 1 | 2 |",
    "*b* _i_ **bb** __ii__ `c` ~~s~~ ==m== ^u^ ++k++ $x$ $$y$$ :smile:",
    "[ref]: https://evil.example\n[ref]\n[^1]: note\n[^1] *[HTML]: abbreviation",
    '!!! danger\n    boo\n??? note\n=== "Tab"\n/// html | div\n///\n[TOC]\n[[wiki]]',
    "&lt;b&gt; &#60;i&#62; \\*not\\* {: #id onclick=x } <!-- c --> {++ins++}",
    "\u202etxet desrever\u2066 \u2028line\u2029paragraph\x02k\x03",
    '<https://evil.example> <a@evil.example> --8<-- "/etc/passwd" {{ 7*7 }} {% x %}',
    "term\n: definition\n\n* * *\n\n - - -\n___",
)
typed = st.one_of(
    st.text(),
    st.text(alphabet="\\`*_{}[]()<>#+-.!|~=^$&:@/'\"; \t\nab1w"),
    st.lists(st.sampled_from(HOSTILE)).map("\n".join),
    st.lists(st.sampled_from(" ".join(HOSTILE).split())).map(" ".join),
)


@cache
def _renderer(extensions: tuple[str, ...]) -> markdown.Markdown:
    return markdown.Markdown(extensions=extensions)


class Page(HTMLParser):
    """The tags and the text of a rendered page."""

    def __init__(self, text: str, extensions: tuple[str, ...] = ()) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.words: list[str] = []
        self.feed(_renderer(extensions).reset().convert(text))
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs
        if tag == "br":
            self.words.append("\n")

    def handle_data(self, data: str) -> None:
        self.words.append(data)

    def handle_comment(self, data: str) -> None:
        self.tags.append("!")

    @property
    def text(self) -> str:
        return "".join(self.words)


def squeezed(text: str) -> str:
    """Return the visible text: white space as one space, without our invisible characters."""
    # Right-to-left text is enclosed in invisible isolates.
    text = re.sub("[\u2068\u2069]", "", text)
    return " ".join(text.replace(JOINER, "").replace("\u2028", " ").replace("\u2029", " ").split())
