"""After the build: everything about files, in order. Standard library only."""

import re
from collections.abc import Iterable
from pathlib import Path

from knowledge_site import headers, links, redirects, sitemap
from knowledge_site.faults import Fault
from knowledge_site.pages import Page
from support_facts.facts import Facts

SOURCE_MAP_MARK = re.compile(rb"\n?(?://# sourceMappingURL=\S+|/\*# sourceMappingURL=.+?\*/)\s*\Z")


def finish(site: Path, pages: Iterable[Page], facts: Facts) -> list[Fault]:
    """Complete the built folder and return what is wrong in it."""
    remove_source_maps(site)
    keep_one_not_found_page(site)
    pages, site_url, first = (
        list(pages),
        facts.organisation.site_url,
        facts.languages[0],
    )
    sitemap.write_sitemap(site, pages, site_url, first)
    redirects.write_redirects(site, pages, site_url, first)
    site = site.resolve()
    built = links.read_site(site)
    scripts = (script for page in built.values() for script in page.scripts)
    headers.write_headers(site, headers.security_headers(scripts))
    return links.check(site, built)


def remove_source_maps(site: Path) -> None:
    """Delete source maps and the marks that point to them: half of the folder's size."""
    for path in site.rglob("*.map"):
        path.unlink()
        source = path.with_suffix("")
        if source.is_file():
            source.write_bytes(SOURCE_MAP_MARK.sub(b"\n", source.read_bytes()))


def keep_one_not_found_page(site: Path) -> None:
    """Delete the other languages' 404.html: servers show the one at the root, for any address."""
    for path in site.rglob("404.html"):
        if path.parent != site:
            path.unlink()
