"""After the build: links, anchors and loads of every page, read from the HTML itself.

MkDocs checks what is written in Markdown; here raw HTML and templates are checked too.
"""

from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

from knowledge_site.faults import Fault

LOADING_LINKS = {"stylesheet", "icon", "preload", "modulepreload", "manifest"}
LEFT_OVER = ("{{", "{%", "}}", "%}")


class BuiltPage(HTMLParser):
    """Anchors, links, loads and inline scripts of one built page, each with its line."""

    def __init__(self, path: Path) -> None:
        super().__init__(convert_charrefs=True)
        self.path = path
        self.anchors: list[tuple[int, str]] = []
        self.links: list[tuple[int, str]] = []
        self.loads: list[tuple[int, str]] = []
        self.scripts: list[str] = []
        self.left_over: list[int] = []
        self._in_script: bool | None = None
        self.feed(path.read_text(encoding="utf-8"))
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        line = self.getpos()[0]
        if "id" in given:
            self.anchors.append((line, given["id"]))
        if "src" in given:
            self.loads.append((line, given["src"]))
        if tag == "link" and LOADING_LINKS & set(given.get("rel", "").split()):
            self.loads.append((line, given.get("href", "")))
        if tag in ("a", "area") and "href" in given:
            self.links.append((line, given["href"]))
        if tag in ("script", "style"):
            data = given.get("type", "") not in ("", "module", "text/javascript")
            self._in_script = tag == "script" and "src" not in given and not data

    def handle_endtag(self, tag: str) -> None:
        if tag in ("script", "style"):
            self._in_script = None

    def handle_data(self, data: str) -> None:
        if self._in_script:
            self.scripts.append(data)
        elif self._in_script is None and any(mark in data for mark in LEFT_OVER):
            self.left_over.append(self.getpos()[0])


def read_site(site: Path) -> dict[Path, BuiltPage]:
    """Read every HTML file below the folder."""
    return {path: BuiltPage(path) for path in sorted(site.rglob("*.html"))}


def check(site: Path, pages: dict[Path, BuiltPage]) -> list[Fault]:
    """Return every dead link or anchor, foreign load, double id and left-over brace."""
    return sorted(fault for page in pages.values() for fault in _of_page(site, page, pages))


def _of_page(site: Path, page: BuiltPage, pages: dict[Path, BuiltPage]) -> Iterator[Fault]:
    seen: set[str] = set()
    for line, anchor in page.anchors:
        if anchor in seen:
            yield Fault(page.path, line, f"id {anchor!r} stands twice on the page")
        seen.add(anchor)
    for line, target in page.loads:
        if _is_foreign(target):
            yield Fault(page.path, line, f"loads {target} from another host")
    for line, target in (*page.links, *page.loads):
        for message in _dead(site, page, target, pages):
            yield Fault(page.path, line, message)
    for line in page.left_over:
        yield Fault(page.path, line, "template text left over")


def _is_foreign(target: str) -> bool:
    parts = urlsplit(target)
    return bool(parts.netloc) or parts.scheme in ("http", "https")


def _dead(site: Path, page: BuiltPage, target: str, pages: dict[Path, BuiltPage]) -> Iterator[str]:
    parts = urlsplit(target)
    if parts.scheme or parts.netloc:
        return
    # The server shows 404.html at any depth, so it alone must link from the root.
    if parts.path.startswith("/") and page.path.name != "404.html":
        yield f"{target} starts at the server's root: link relative to the page"
        return
    base = site if parts.path.startswith("/") else page.path.parent
    path = (base / unquote(parts.path).lstrip("/")).resolve() if parts.path else page.path
    if path.is_dir():
        path = path / "index.html"
    if not path.is_file():
        yield f"{target} leads nowhere"
    elif parts.fragment and path in pages and not _has_anchor(pages[path], parts.fragment):
        yield f"{target}: the page has no anchor #{parts.fragment}"


def _has_anchor(page: BuiltPage, fragment: str) -> bool:
    return any(anchor == unquote(fragment) for _, anchor in page.anchors)
