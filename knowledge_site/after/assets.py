"""Assets: one style sheet for all pages and languages, with scripts inlined.

MkDocs copies the files of the theme for every language, and every page loads several style
sheets. They are merged into one sheet without unused rules. Its name contains a hash of its
content, so that browsers can cache it permanently. The script of the pages is small, so it is
inlined.
"""

import hashlib
import re
import shutil
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from posixpath import relpath

from knowledge_site.after import css
from knowledge_site.after.unused_css import UsedNames, remove_unused

STYLESHEET = re.compile(r'<link rel="stylesheet" href="(?P<target>[^"]+)">\s*')
ASSET = re.compile(
    r'\b(?P<attribute>href|src|data-search|data-library)="(?P<target>(?P<up>[^":]*)(?P<name>\bassets/[^"?#]+))"'
)
SCRIPT = re.compile(r'<script src="(?P<target>[^"]+)"(?P<others>[^>]*)></script>')
CHARSET = re.compile(r'^\ufeff?@charset "[^"]*";')
REMARK = re.compile(r"^[ \t]*//.*\n|^[ \t]+|^\n", re.MULTILINE)
# Every colour in it is replaced by one of ours.
REPLACED = "palette."
UNUSED = ("assets/javascripts", "assets/stylesheets", "assets/images/favicon.png")

Pages = dict[Path, str]


def optimise(site: Path, pages: Pages, folders: Iterable[str]) -> tuple[Pages, list[Path]]:
    """Write optimised assets; return the pages that load them, and the files.

    `folders` are the folders below `site` with the other languages.
    """
    for folder in folders:
        _drop_copies(site, site / folder)
    scripts = {script: _short_script(script) for script in sorted((site / "assets").glob("*.js"))}
    sheets = _loaded(site, pages, STYLESHEET)
    inside = [script for script in _loaded(site, pages, SCRIPT) if script in scripts]
    named = {file: _write(file, text) for file, text in scripts.items() if file not in inside}
    if sheets:
        ours = [sheet for sheet in sheets if not sheet.name.startswith(REPLACED)]
        style = _style(ours, UsedNames(pages.values(), _own(scripts.values())))
        named |= dict.fromkeys(sheets, _write(site / "assets" / "style.css", style))
    for unused in (*named, *inside, *(site / name for name in UNUSED)):
        shutil.rmtree(unused) if unused.is_dir() else unused.unlink(missing_ok=True)
    pages = {
        path: _with_one_sheet(_pointed(site, path, _with_scripts(site, path, html, scripts), named))
        for path, html in pages.items()
    }
    return pages, sorted(set(named.values()))


def _drop_copies(site: Path, below: Path) -> None:
    """Delete the assets of a language that are identical in the first language."""
    for file in below.glob("assets/**/*"):
        first = site / file.relative_to(below)
        if file.is_file() and first.is_file() and file.read_bytes() == first.read_bytes():
            file.unlink()


def _short_script(script: Path) -> str:
    return REMARK.sub("", script.read_text(encoding="utf-8"))


def _own(scripts: Iterable[str]) -> Iterator[str]:
    """Return scripts except libraries, which begin with their licence and create no elements."""
    return (script for script in scripts if not script.startswith("/*!"))


@cache
def _file(site: Path, folder: Path, target: str) -> Path:
    """Return the file of an address, or that of the first language if it was deleted."""
    base = site if target.startswith("/") else folder
    file = (base / target.lstrip("/")).resolve()
    return file if file.exists() else site / target[target.index("assets/") :]


def _loaded(site: Path, pages: Pages, tag: re.Pattern[str]) -> list[Path]:
    """Return the files that the pages load with this tag, in order, without duplicates."""
    found = (
        _file(site, path.parent, one["target"])
        for path, html in pages.items()
        for one in tag.finditer(html)
    )
    return list(dict.fromkeys(found))


def _with_scripts(site: Path, path: Path, html: str, scripts: dict[Path, str]) -> str:
    """Return the page with its scripts inlined."""

    def written(found: re.Match[str]) -> str:
        script = scripts.get(_file(site, path.parent, found["target"]))
        return f"<script{found['others']}>{script}</script>" if script else found.group()

    return SCRIPT.sub(written, html)


def _style(sheets: Iterable[Path], names: UsedNames) -> str:
    """Return the merged sheets without rules for names that are not used."""
    rules = [
        rule
        for sheet in sheets
        for rule in css.parse(CHARSET.sub("", sheet.read_text(encoding="utf-8")))
    ]
    return css.write(remove_unused(tuple(rules), names))


def _write(file: Path, text: str) -> Path:
    """Write the text next to the file, under a name with a hash of the text."""
    digest = hashlib.sha256(text.encode("utf-8")).hexdigest()[:8]
    named = file.with_name(f"{file.stem}-{digest}{file.suffix}")
    named.write_text(text, encoding="utf-8")
    return named


def _pointed(site: Path, path: Path, html: str, named: dict[Path, Path]) -> str:
    """Return the page with the current addresses of its assets."""

    def address(found: re.Match[str]) -> str:
        before = _file(site, path.parent, found["target"])
        now = named.get(before, before)
        if not now.exists():
            return found.group()
        # Error pages are served at any depth, so their links start at the root.
        root = found["up"].removesuffix(f"{path.parent.relative_to(site).as_posix()}/")
        rooted = root + now.relative_to(site).as_posix()
        target = rooted if rooted.startswith("/") else relpath(now, path.parent)
        return f'{found["attribute"]}="{target}"'

    head, end, body = html.partition("</head>")
    if "assets/" in body:
        body = ASSET.sub(address, body)
    return ASSET.sub(address, head) + end + body


def _with_one_sheet(html: str) -> str:
    first = STYLESHEET.search(html)
    return html[: first.end()] + STYLESHEET.sub("", html[first.end() :]) if first else html
