"""What is written and checked over the built folder."""

import base64
import hashlib
import json
from datetime import date
from pathlib import Path
from xml.etree.ElementTree import fromstring

import pytest

from knowledge_site.after import built_pages, finish, headers, links, redirects, sitemap
from knowledge_site.pages import Page

PAGE = """<!doctype html>
<html><head><title>t</title>{head}</head>
<body><h1 id="top">t</h1>
{body}
</body></html>
"""


@pytest.fixture
def site(tmp_path):
    def write(name: str, body: str, head: str = "") -> Path:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(PAGE.format(head=head, body=body), encoding="utf-8")
        return path

    write("index.html", '<a href="other.html#top">x</a> <a href="#top">x</a>')
    write("other.html", '<a href="index.html">x</a> <a href="de/">x</a>')
    write("de/index.html", '<a href="../other.html">x</a>')
    write.root = tmp_path  # type: ignore[attr-defined]
    return write


def faults(site):
    return [str(fault) for fault in links.check(site.root, built_pages.read_site(site.root))]


def test_valid_links_are_accepted(site):
    assert faults(site) == []


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ('<a href="gone.html">x</a>', "gone.html leads nowhere"),
        ('<a href="other.html#gone">x</a>', "no anchor #gone"),
        ('<a href="#gone">x</a>', "no anchor #gone"),
        ('<a href="/other.html">x</a>', "starts at the server's root"),
        ('<img src="gone.png" alt="">', "gone.png leads nowhere"),
        ('<img src="https://example.org/x.png" alt="">', "from another host"),
        ('<script src="//example.org/x.js"></script>', "from another host"),
        ('<p id="top">x</p>', "'top' is used twice"),
        ("<p>{{ contacts.hours }}</p>", "unfilled placeholder"),
    ],
)
def test_a_fault_is_reported_with_page_and_line(site, body, message):
    path = site("index.html", body)
    (found,) = faults(site)
    assert found.startswith(f"{path}:4: ")
    assert message in found


def test_style_sheet_of_another_host_is_a_fault(site):
    site(
        "index.html",
        "",
        head='<link rel="stylesheet" href="https://example.org/x.css">',
    )
    assert ["another host" in found for found in faults(site)] == [True]


def test_links_to_other_hosts_and_email_addresses_are_not_checked(site):
    site(
        "index.html",
        '<a href="https://example.org/">x</a><a href="mailto:a@example.org">x</a>',
    )
    assert faults(site) == []


def test_encoded_anchors_and_names_are_decoded(site):
    site("lösung.html", '<p id="über">x</p>')
    site("index.html", '<a href="l%C3%B6sung.html#%C3%BCber">x</a>')
    assert faults(site) == []


def test_braces_in_scripts_are_not_unfilled_placeholders(site):
    site("index.html", "<script>a={b:{c:{}}}</script><style>a{b:{{}}}</style>")
    assert faults(site) == []


def test_not_found_page_may_link_from_the_root(site):
    for name in ("404.html", "de/404.html"):
        site(name, '<a href="/other.html#top">x</a>')
    assert faults(site) == []


def test_policy_allows_exactly_the_inline_scripts_of_the_pages(site):
    site(
        "index.html",
        '<script>run()</script><script type="application/json">{"a": 1}</script>',
    )
    scripts = [s for page in built_pages.read_site(site.root).values() for s in page.scripts]
    digest = base64.b64encode(hashlib.sha256(b"run()").digest()).decode()
    policy = headers.security_headers(scripts)["Content-Security-Policy"]
    assert f"script-src 'self' 'sha256-{digest}';" in policy
    assert policy.count("sha256-") == 1
    assert "unsafe" not in policy


def test_headers_are_written_for_the_app_and_for_static_hosts(tmp_path):
    given = headers.security_headers(["a", "b", "a"])
    style = tmp_path / "assets/style-12345678.css"
    headers.write_headers(tmp_path, given, [style])
    kept = {"Cache-Control": "public, max-age=31536000, immutable"}
    assert json.loads((tmp_path / "headers.json").read_text()) == {
        "/*": given,
        "/assets/style-12345678.css": kept,
    }
    lines = (tmp_path / "_headers").read_text().splitlines()
    assert lines[0] == "/*"
    assert f"  Content-Security-Policy: {given['Content-Security-Policy']}" in lines
    assert lines[-2:] == [
        "/assets/style-12345678.css",
        f"  Cache-Control: {kept['Cache-Control']}",
    ]
    assert given["Content-Security-Policy"].count("sha256-") == 2


def test_the_links_of_a_not_found_page_start_at_the_folder_of_its_language(tmp_path):
    (tmp_path / "de").mkdir()
    for folder in (tmp_path, tmp_path / "de"):
        (folder / "404.html").write_text('<a href="/x.html#y"><a href=/><a href="//z"> "/q"')
    finish.root_links(tmp_path, ["de", "fr"])
    assert "/de/" not in (tmp_path / "404.html").read_text()
    german = (tmp_path / "de/404.html").read_text()
    assert german == '<a href="/de/x.html#y"><a href=/de/><a href="//z"> "/q"'


def page(language: str, day: int, name: str = "case-status.md") -> Page:
    meta = {"last_updated": date(2026, 11, day)}
    return Page(language, name, Path("x"), meta, "", 1)


def test_the_sitemap_has_the_real_dates_and_every_language():
    pages = [page("en", 2), page("de", 3)]
    root = fromstring(sitemap.sitemap(pages, "https://support.example.org", "en"))
    space = {
        "s": "http://www.sitemaps.org/schemas/sitemap/0.9",
        "x": "http://www.w3.org/1999/xhtml",
    }
    found = {
        url.findtext("s:loc", namespaces=space): url.findtext("s:lastmod", namespaces=space)
        for url in root
    }
    assert found == {
        "https://support.example.org/case-status.html": "2026-11-02",
        "https://support.example.org/de/case-status.html": "2026-11-03",
    }
    for url in root:
        alternates = {
            link.attrib["hreflang"]: link.attrib["href"] for link in url.findall("x:link", space)
        }
        assert set(alternates) == {"en", "de", "x-default"}
        assert alternates["x-default"] == alternates["en"]


def test_pages_whose_names_differ_in_case_are_no_translations_of_each_other():
    pages = [page("en", 2), page("en", 2, "Case-status.md")]
    text = sitemap.sitemap(pages, "https://support.example.org", "en")
    assert text.count("/case-status.html") == text.count("/Case-status.html") == 3


def test_without_an_address_there_is_no_sitemap(tmp_path):
    (tmp_path / "sitemap.xml").write_text("x")
    (tmp_path / "sitemap.xml.gz").write_text("x")
    sitemap.write_sitemap(tmp_path, [page("en", 2)], None, "en")
    assert list(tmp_path.iterdir()) == []


def moved(language: str, name: str, *paths: str) -> Page:
    meta = {"title": "A & B", "redirect_from": list(paths)}
    return Page(language, name, Path(f"{language}/{name}"), meta, "", 1)


def test_old_addresses_lead_to_the_page_and_are_mapped_for_servers(site):
    page = moved("en", "other.md", "/docs/all/old.html", "/v6/docs/older")
    redirects.write_redirects(site.root, [page], "https://support.example.org/", "en")
    for name, target in (
        ("docs/all/old.html", "../../other.html"),
        ("v6/docs/older/index.html", "../../../other.html"),
    ):
        text = (site.root / name).read_text()
        assert f'<a href="{target}">A &amp; B</a>' in text
        assert f"url={target}" in text
        assert '<link rel="canonical" href="https://support.example.org/other.html">' in text
    assert faults(site) == []
    assert (site.root / "_redirects").read_text() == (
        "/docs/all/old.html /other.html 301\n/v6/docs/older /other.html 301\n"
    )


def test_an_old_path_listed_twice_or_outside_the_site_is_a_fault():
    pages = [
        moved("en", "a.md", "/old", "/../x", "/in /two"),
        moved("en", "b.md", "/old/"),
        moved("de", "a.md", "/old"),
    ]
    messages = [str(fault) for fault in redirects.redirect_conflicts(pages)]
    assert len(messages) == 3
    assert "must start with /" in messages[0]
    assert "or spaces" in messages[1]
    assert "also listed by en/a.md" in messages[2]
