"""The whole policy as one page for printing, assembled from the built pages.

The template lists the pages in the order of the navigation, and their content is inserted here.
Of the home page, that is what to do in an emergency. Ids are prefixed with the name of their page.
Links between pages become links within this one, with the number of the part for printed copies.
"""

import re
from itertools import pairwise
from pathlib import Path

WHOLE = "whole-policy.html"
PLACE = '<div id="whole"></div>'

_CONTENTS = re.compile(r'<nav id="whole-contents".*?</nav>', re.DOTALL)
_ARTICLE = re.compile(r"<article[^>]*>(.*)</article>", re.DOTALL)
_EMERGENCY = re.compile(r'<section class="hero">(.*)</section>', re.DOTALL)
_TARGET = re.compile(r'(<a\b[^>]*?\bhref=")([^"#]*)(?:#([^"]*))?"')
_NAMED = re.compile(r'\b(id|aria-labelledby|aria-describedby)="([^"]+)"')
_HEADING = re.compile(r"(</?h)([1-5])\b")
# The title of a part with its introduction, and what is too wide for a column with its headings.
_HEADING_TAG = r"<h[2-6][^>]*>(?:(?!</h).)*</h[2-6]>\s*"
_WIDE = re.compile(
    rf"""(?:{_HEADING_TAG})*(?:<table.*?</table>|<figure\ class="picture.*?</figure>
    |<dl\ class="(?:terms|contacts)".*?</dl>|<div\ class="(?:results|hero__columns).*)
    |<h2.*?</h2>\s*(?:<p>.*?</p>)?""",
    re.DOTALL | re.VERBOSE,
)
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
    emergency = _EMERGENCY.search(article.group(1))
    text = _LEFT_OUT.sub("", (emergency or article).group(1))
    key = path.stem
    text = _NAMED.sub(lambda found: f'{found[1]}="{_with_page(key, found[2])}"', text)
    text = _HEADING.sub(lambda found: f"{found[1]}{int(found[2]) + 1}", text)
    text = _relink(text, path.name, names)
    return f'<section class="part" id="{key}">\n{_in_columns(text)}\n</section>'


def _in_columns(text: str) -> str:
    """Wrap what fits into columns in print.

    A wide element is outside, with its headings: no browser keeps `column-span: all` and the
    heading in front of it on one page.
    """
    wide = [found.span() for found in _WIDE.finditer(text)]
    ends = [0, *(end for span in wide for end in span), len(text)]
    pieces = [text[start:end] for start, end in pairwise(ends)]
    pieces[::2] = [
        f'<div class="part__columns">{one}</div>' if one.strip() else "" for one in pieces[::2]
    ]
    return "".join(pieces)


def _with_page(key: str, identities: str) -> str:
    return " ".join(f"{key}--{identity}" for identity in identities.split())


def _relink(text: str, name: str, names: list[str]) -> str:
    """Change links to the listed pages into links to their sections on this page."""

    def lead(found: re.Match[str]) -> str:
        start, target, anchor = found.group(1), found.group(2) or name, found.group(3)
        if target == WHOLE:
            return f'{start}#whole-contents"'
        if target not in names:
            return found.group(0)
        key = target.removesuffix(".html")
        part = f' data-part="{names.index(target) + 1}"' if name not in ("", target) else ""
        return f'{start}#{key}--{anchor}"{part}' if anchor else f'{start}#{key}"{part}'

    return _TARGET.sub(lead, text)
