"""sitemap.xml with the last change and the translations of each page."""

from collections.abc import Iterable
from itertools import groupby
from operator import attrgetter
from pathlib import Path
from xml.etree.ElementTree import Element, SubElement, indent, register_namespace, tostring

from knowledge_site.pages import Page

SITEMAP = "http://www.sitemaps.org/schemas/sitemap/0.9"
XHTML = "http://www.w3.org/1999/xhtml"


def address(page: Page, site_url: str, first: str) -> str:
    """Return the absolute address of a page; the first language is at the root."""
    folder = "" if page.language == first else f"{page.language}/"
    return f"{site_url.rstrip('/')}/{folder}{page.address}"


def sitemap(pages: Iterable[Page], site_url: str, first: str) -> bytes:
    """Return the sitemap of all pages in all languages as UTF-8 XML."""
    register_namespace("", SITEMAP)
    register_namespace("xhtml", XHTML)
    root = Element(f"{{{SITEMAP}}}urlset")
    for _, group in groupby(sorted(pages, key=attrgetter("name")), key=attrgetter("name")):
        translations = sorted(group, key=attrgetter("language"))
        for page in translations:
            _add(root, page, translations, site_url, first)
    indent(root)
    text: bytes = tostring(root, encoding="utf-8", xml_declaration=True)
    return text + b"\n"


def _add(root: Element, page: Page, translations: list[Page], site_url: str, first: str) -> None:
    url = SubElement(root, f"{{{SITEMAP}}}url")
    SubElement(url, f"{{{SITEMAP}}}loc").text = address(page, site_url, first)
    SubElement(url, f"{{{SITEMAP}}}lastmod").text = page.last_updated.isoformat()
    for other in translations:
        target = address(other, site_url, first)
        default = ["x-default"] if other.language == first else []
        for language in (other.language, *default):
            link = {"rel": "alternate", "hreflang": language, "href": target}
            SubElement(url, f"{{{XHTML}}}link", link)


def write_sitemap(site: Path, pages: Iterable[Page], site_url: str | None, first: str) -> None:
    """Replace the sitemaps of MkDocs by one, or delete them if the site has no address."""
    for written in [*site.rglob("sitemap.xml"), *site.rglob("sitemap.xml.gz")]:
        written.unlink()
    if site_url:
        (site / "sitemap.xml").write_bytes(sitemap(pages, site_url, first))
