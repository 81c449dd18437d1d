"""The whole policy as one page for printing, assembled from the built pages.

The template lists the pages in the order of the navigation, and their content is inserted here.
Ids are prefixed with the name of their page, and links between pages become links within this one.
"""

import re
from pathlib import Path

WHOLE = "whole-policy.html"
PLACE = '<div id="whole"></div>'

_CONTENTS = re.compile(r'<nav id="whole-contents".*?</nav>', re.DOTALL)
_ARTICLE = re.compile(r"<article[^>]*>(.*)</article>", re.DOTALL)
_TARGET = re.compile(r'(<a\b[^>]*?\bhref=")([^"#]*)(?:#([^"]*))?"')
_NAMED = re.compile(r'\b(id|aria-labelledby|aria-describedby)="([^"]+)"')
_HEADING = re.compile(r"(</?h)([1-5])\b")
_LEFT_OUT = re.compile(
    r'<a class="headerlink".*?</a>|<p class="page-dates">.*?</p>|<script.*?</script>', re.DOTALL
)


def write_whole_policy(folder: Path) -> None:
    """Fill the page in the folder of a language, if there is such a page."""
    path = folder / WHOLE
    if not path.is_file():
        return
    html = path.read_text(encoding="utf-8")
    contents = _CONTENTS.search(html)
    if not contents or PLACE not in html:
        return
    names = [target for _, target, _ in _TARGET.findall(contents.group(0))]
    parts = "\n".join(_part(folder / name, names) for name in names)
    html = html.replace(contents.group(0), _relink(contents.group(0), "", names))
    path.write_text(html.replace(PLACE, f'<div id="whole">\n{parts}\n</div>'), encoding="utf-8")


def _part(path: Path, names: list[str]) -> str:
    article = _ARTICLE.search(path.read_text(encoding="utf-8"))
    assert article, f"{path} has no <article>: the theme changed"
    text = _LEFT_OUT.sub("", article.group(1))
    key = path.stem
    text = _NAMED.sub(lambda found: f'{found[1]}="{_with_page(key, found[2])}"', text)
    text = _HEADING.sub(lambda found: f"{found[1]}{int(found[2]) + 1}", text)
    return (
        f'<section class="part no-copy" id="{key}">\n{_relink(text, path.name, names)}\n</section>'
    )


def _with_page(key: str, identities: str) -> str:
    return " ".join(f"{key}--{identity}" for identity in identities.split())


def _relink(text: str, name: str, names: list[str]) -> str:
    """Change links to the listed pages into links to their sections on this page."""

    def lead(found: re.Match[str]) -> str:
        start, target, anchor = found.group(1), found.group(2) or name, found.group(3)
        if target not in names:
            return found.group(0)
        key = target.removesuffix(".html")
        return f'{start}#{key}--{anchor}"' if anchor else f'{start}#{key}"'

    return _TARGET.sub(lead, text)
