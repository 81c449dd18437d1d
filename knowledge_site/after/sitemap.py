"""sitemap.xml with the last change and the translations of each page."""

from collections.abc import Iterable
from pathlib import Path

from knowledge_site.pages import Page
from knowledge_site.templating import render


def sitemap(pages: Iterable[Page], site_url: str, first: str) -> str:
    """Return the sitemap of all pages in all languages; the first language is at the root."""

    def address(page: Page) -> str:
        folder = "" if page.language == first else f"{page.language}/"
        return f"{site_url.rstrip('/')}/{folder}{page.address}"

    return render("sitemap.xml", pages=list(pages), address=address, first=first)


def write_sitemap(site: Path, pages: Iterable[Page], site_url: str | None, first: str) -> None:
    """Replace the sitemaps of MkDocs by one, or delete them if the site has no address."""
    for written in [*site.rglob("sitemap.xml"), *site.rglob("sitemap.xml.gz")]:
        written.unlink()
    if site_url:
        text = sitemap(pages, site_url, first)
        (site / "sitemap.xml").write_text(text, encoding="utf-8")
