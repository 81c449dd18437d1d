"""Redirects from old addresses: a stub page for each, and a list for web servers.

A page lists its old paths in its front matter: `redirect_from: [/docs/old.html, /v6/docs/old]`.
They redirect to the page in the first language. Stubs work on any static host. Their script
preserves the #anchor, which a meta refresh would lose.
"""

from collections.abc import Iterable, Iterator
from pathlib import Path, PurePosixPath
from posixpath import relpath

from knowledge_site.errors import SiteFault
from knowledge_site.pages import Page
from knowledge_site.templating import render

SCRIPT = """\
// Keeps the anchor of the old address.
location.replace(document.querySelector("a").href + location.hash);
"""


def old_paths(page: Page) -> list[str]:
    """Return the old paths of the page, absolute on the server."""
    return [str(path) for path in page.meta.get("redirect_from") or ()]


def redirect_conflicts(pages: Iterable[Page]) -> Iterator[SiteFault]:
    """Yield a fault for each invalid old path and each path listed by two pages."""
    owners: dict[tuple[str, str], Page] = {}
    for page in pages:
        for path in old_paths(page):
            owner = owners.setdefault((page.language, path.rstrip("/")), page)
            if not path.startswith("/") or ".." in path or len(path.split()) > 1:
                yield SiteFault(
                    page.path,
                    1,
                    f"redirect_from: {path} must start with / and must not contain .. or spaces",
                )
            elif owner is not page:
                yield SiteFault(
                    page.path,
                    1,
                    f"redirect_from: {path} is also listed by {owner.path}",
                )


def write_redirects(site: Path, pages: Iterable[Page], site_url: str | None, first: str) -> None:
    """Write the stubs, their script, and the list for web servers."""
    moved = [(path, page) for page in pages if page.language == first for path in old_paths(page)]
    for path, page in moved:
        _write_stub(site, path, page, site_url)
    (site / "assets").mkdir(exist_ok=True)
    (site / "assets" / "redirect.js").write_text(SCRIPT, encoding="utf-8")
    lines = sorted(f"{path} /{page.address} 301\n" for path, page in moved)
    (site / "_redirects").write_text("".join(lines), encoding="utf-8")


def stub_file(path: str) -> str:
    """Return the path of the stub for an old path, relative to the site."""
    clean = PurePosixPath(path.strip("/"))
    return str(clean if clean.suffix == ".html" else clean / "index.html")


def _write_stub(site: Path, path: str, page: Page, site_url: str | None) -> None:
    name = stub_file(path)
    file = site / name
    target = relpath(page.address, PurePosixPath(name).parent)
    text = render(
        "redirect.html",
        language=page.language,
        title=page.meta["title"],
        target=target,
        canonical=f"{site_url.rstrip('/')}/{page.address}" if site_url else target,
        script=relpath("assets/redirect.js", PurePosixPath(name).parent),
    )
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")
