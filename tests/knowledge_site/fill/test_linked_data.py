"""What search engines are told is true, whole and the same as what readers see."""

import json
import re
from xml.etree.ElementTree import fromstring

import pytest

from knowledge_site.build import ROOT, build
from knowledge_site.fill.placeholders import fill
from support_facts import Text, load_facts
from tests.support.some import some

FACTS = load_facts()
SCRIPT = re.compile(r'<script type="?application/ld\+json"?>(.*?)</script>', re.DOTALL)
NAMES = sorted(path.stem for path in (ROOT / "docs/en").glob("*.md"))


def told(path):
    return {
        data["@type"]: data
        for data in map(json.loads, SCRIPT.findall(path.read_text(encoding="utf-8")))
    }


@pytest.fixture(scope="module")
def placed(tmp_path_factory):
    """The site as it is built once its address is known."""
    folder = tmp_path_factory.mktemp("placed")
    source = (ROOT / "support_facts/support.toml").read_text(encoding="utf-8")
    assert 'site_url = ""' in source
    path = folder / "support.toml"
    path.write_text(
        source.replace('site_url = ""', 'site_url = "https://support.example.org"'),
        encoding="utf-8",
    )
    build(folder / "site", path)
    return folder / "site"


@pytest.mark.parametrize("folder", ["", "de/"])
def test_every_page_has_linked_data_with_its_dates(placed, folder):
    for name in NAMES:
        page = told(placed / f"{folder}{name}.html")["WebPage"]
        assert re.fullmatch(r"\d{4}-\d\d-\d\d", page["dateModified"])
        assert page["inLanguage"] == (folder.rstrip("/") or "en")
        assert page["description"] and page["name"]


@pytest.mark.parametrize("folder", ["", "de/"])
def test_every_page_except_home_has_breadcrumbs(placed, folder):
    for name in NAMES:
        page = told(placed / f"{folder}{name}.html")["WebPage"]
        if name == "index":
            assert "breadcrumb" not in page
            continue
        trail = page["breadcrumb"]["itemListElement"]
        assert [step["position"] for step in trail] == list(range(1, len(trail) + 1))
        assert trail[0]["item"] == f"https://support.example.org/{folder}index.html"
        assert trail[-1]["item"] == f"https://support.example.org/{folder}{name}.html"
        assert all(step["name"] for step in trail)


@pytest.mark.parametrize("folder", ["", "de/"])
def test_the_home_page_has_the_contact_points(placed, folder):
    organisation = told(placed / f"{folder}index.html")["Organization"]
    support, security = organisation["contactPoint"]
    assert organisation["name"] == FACTS.organisation.name
    assert support["url"] == FACTS.contacts.portal_url
    assert security["email"] == FACTS.contacts.security_address


@pytest.mark.parametrize(("folder", "language"), [("", "en"), ("de/", "de")])
def test_terms_are_defined_terms_with_their_anchors(site, folder, language):
    for page, entries in (("case-status", FACTS.statuses), ("glossary", FACTS.glossary)):
        html = (site / f"{folder}{page}.html").read_text(encoding="utf-8")
        terms = told(site / f"{folder}{page}.html")["DefinedTermSet"]["hasDefinedTerm"]
        assert [term["description"] for term in terms] == [
            entry.meaning[language] for entry in entries
        ]
        for term in terms:
            assert re.search(rf'id="?{term["url"][1:]}[" >]', html), term["url"]


def test_no_value_can_close_the_script_element():
    meaning = Text({"en": "</script><script>alert(1)</script>"})
    facts = FACTS.model_copy(
        update={"glossary": (FACTS.glossary[0].model_copy(update={"meaning": meaning}),)}
    )
    script = fill("data glossary", facts, "en").text or ""
    assert "<" not in script
    assert json.loads(script)["hasDefinedTerm"][0]["description"] == meaning["en"]


@pytest.mark.parametrize("name", NAMES)
def test_every_page_links_to_its_translations(placed, name):
    english, german = (f"https://support.example.org/{folder}{name}.html" for folder in ("", "de/"))
    for folder in ("", "de/"):
        html = (placed / f"{folder}{name}.html").read_text(encoding="utf-8")
        tags = re.findall(r"<link [^>]*hreflang[^>]*>", html)
        named = {
            tuple(re.search(rf'\b{key}="?([^" >]+)', tag)[1] for key in ("hreflang", "href"))
            for tag in tags
        }
        assert named == {("en", english), ("x-default", english), ("de", german)}


def test_sitemap_lists_every_page_with_its_day_and_its_languages(placed):
    root = fromstring((placed / "sitemap.xml").read_bytes())
    space = {
        "s": "http://www.sitemaps.org/schemas/sitemap/0.9",
        "x": "http://www.w3.org/1999/xhtml",
    }
    found = {url.findtext("s:loc", namespaces=space): url for url in root}
    assert set(found) == {
        f"https://support.example.org/{folder}{name}.html"
        for folder in ("", "de/")
        for name in NAMES
    }
    for url in some(found.values()):
        assert re.fullmatch(r"\d{4}-\d\d-\d\d", url.findtext("s:lastmod", namespaces=space) or "")
        assert len(url.findall("x:link", space)) == 3
