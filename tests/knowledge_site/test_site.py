"""The built site, as a reader and a browser meet it."""

import re
import shutil
from pathlib import Path

import pytest

from knowledge_site.after import built_pages
from knowledge_site.build import ROOT, build
from knowledge_site.errors import SiteError
from support_facts import FACTS_FILE, load_facts
from tests.support.site_pages import ADDRESSES, PAGES, text_of
from tests.support.some import some

FACTS = load_facts()


def changed_facts(folder: Path, before: str, after: str) -> Path:
    source = FACTS_FILE.read_text(encoding="utf-8")
    assert before in source
    path = folder / "support.toml"
    path.write_text(source.replace(before, after), encoding="utf-8")
    return path


def test_every_page_is_built_in_both_languages(site):
    for name in ADDRESSES:
        assert (site / name).is_file()


def test_pages_have_the_same_anchors_in_both_languages(site):
    built = built_pages.read_site(site.resolve())
    for name in PAGES:
        english = built[site.resolve() / f"{name}.html"]
        german = built[site.resolve() / f"de/{name}.html"]
        assert {a for _, a in english.anchors} == {a for _, a in german.anchors}, name


def test_no_page_claims_a_measured_figure(site):
    for name in ADDRESSES:
        assert not re.search(r"\d+\s?%|on average|im Durchschnitt", text_of(site / name)), name


def test_the_home_page_helps_in_an_emergency(site):
    text = text_of(site / "index.html")
    places = [
        text.index(words)
        for words in ("Production down?", "Open an emergency case", "Have this ready")
    ]
    assert places == sorted(places)
    assert f'href="{FACTS.contacts.portal_url}"' in (site / "index.html").read_text()


@pytest.mark.parametrize("folder", ["", "de/"])
def test_the_first_screen_of_a_phone_has_the_emergency_steps_without_scripts(
    browser, address, folder
):
    context = browser.new_context(java_script_enabled=False, viewport={"width": 390, "height": 844})
    page = context.new_page()
    page.goto(f"{address}{folder}index.html")
    contact = page.locator(".hero dl.contacts > div").first
    parts = {
        "what to do": page.locator(".hero .button"),
        "the steps": page.locator("#open-an-emergency"),
        "what to have ready": page.locator("#have-this-ready ~ ul"),
        "what happens next": page.locator("#what-happens-next ~ ol"),
        "the first contact": contact,
    }
    for what, part in some(parts.items()):
        box = part.bounding_box()
        assert box and box["y"] + box["height"] <= 844, what
    assert FACTS.contacts.portal_name in contact.inner_text()
    context.close()


@pytest.mark.parametrize("folder", ["", "de/"])
def test_every_page_is_two_clicks_from_home(site, folder):
    def leads_to(name):
        page = built_pages.BuiltPage(site / folder / name)
        return {target.split("#")[0].removeprefix("./") for _, target in page.links}

    near = leads_to("index.html") & {f"{name}.html" for name in PAGES}
    reached = near.union(*map(leads_to, near))
    assert {f"{name}.html" for name in PAGES} <= reached


def test_titles_and_descriptions_are_unique_in_the_built_pages(site):
    heads = [(site / name).read_text(encoding="utf-8").split("</head>")[0] for name in ADDRESSES]
    for pattern in (
        r"<title>(.*?)</title>",
        r'<meta name="description" content="(.*?)">',
    ):
        found = [match.group(1) for head in heads if (match := re.search(pattern, head))]
        assert len(found) == len(set(found)) == len(ADDRESSES)


def test_each_page_links_to_its_translation(site):
    for name in PAGES:
        english = (site / f"{name}.html").read_text(encoding="utf-8")
        german = (site / f"de/{name}.html").read_text(encoding="utf-8")
        assert re.search(rf'class="language" href="(\./)?de/{name}\.html" lang="de"', english)
        assert re.search(rf'class="language" href="(\./)?\.\./{name}\.html" lang="en"', german)


def test_a_changed_status_meaning_is_on_the_page(tmp_path):
    meaning = FACTS.status("received").meaning["en"]
    out = tmp_path / "site"
    build(out, changed_facts(tmp_path, meaning, "It waits in the red folder."))
    text = text_of(out / "case-status.html")
    assert "It waits in the red folder." in text
    assert meaning not in text


def test_changed_name_and_address_of_the_organisation_change_every_page(tmp_path):
    name = FACTS.organisation.name
    out = tmp_path / "site"
    path = changed_facts(tmp_path, f'name = "{name}"', 'name = "Harbour Help"')
    build(out, path)
    for address in ADDRESSES:
        html = (out / address).read_text(encoding="utf-8")
        assert "Harbour Help" in html.split("</title>")[0], address
        assert name not in html, address


def test_unknown_key_stops_the_build_and_keeps_the_last_good_site(tmp_path):
    docs = tmp_path / "docs"
    shutil.copytree(ROOT / "docs", docs)
    out = tmp_path / "site"
    build(out, docs=docs)
    before = (out / "index.html").read_bytes()
    page = docs / "en" / "your-feedback.md"
    with page.open("a", encoding="utf-8") as file:
        file.write("\nThe link works for {{ survey.link_lifetime_dayz }} days.\n")
    line = len(page.read_text(encoding="utf-8").splitlines())
    with pytest.raises(SiteError, match="survey.link_lifetime_dayz") as raised:
        build(out, docs=docs)
    assert raised.value.faults[0].startswith(f"{page}:{line}: ")
    assert (out / "index.html").read_bytes() == before
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []


def test_a_build_replaces_a_site_and_nothing_else(tmp_path):
    foreign = tmp_path / "papers"
    foreign.mkdir()
    (foreign / "letter.txt").write_text("Not a site.")
    with pytest.raises(SiteError, match="papers: contains files that are not a built site"):
        build(foreign)
    with pytest.raises(SiteError, match="letter.txt: contains files that are not a built site"):
        build(foreign / "letter.txt")
    assert (foreign / "letter.txt").read_text() == "Not a site."
    out = tmp_path / "site"
    out.mkdir()
    build(out)
    (out / "left-over.html").touch()
    build(out)
    assert (out / "index.html").is_file()
    assert not (out / "left-over.html").exists()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["papers", "site"]


def test_two_builds_are_the_same_byte_for_byte(site, tmp_path):
    again = tmp_path / "site"
    build(again)
    names = sorted(path.relative_to(site) for path in site.rglob("*") if path.is_file())
    assert names == sorted(path.relative_to(again) for path in again.rglob("*") if path.is_file())
    for name in names:
        assert (site / name).read_bytes() == (again / name).read_bytes(), name


def test_the_site_has_no_source_maps_and_loads_nothing_from_other_hosts(site):
    assert [path for ending in ("js", "css") for path in site.rglob(f"*.{ending}.map")] == []
    for page in some(built_pages.read_site(site).values()):
        loads = [target for _, target in page.loads if not target.startswith("data:")]
        assert [target for target in loads if "//" in target] == []
    for sheet in some(site.rglob("*.css")):
        assert not re.search(r"url\(\s*['\"]?(https?:)?//", sheet.read_text(encoding="utf-8"))


def test_a_link_from_an_email_scrolls_its_row_below_the_header(browser, address):
    context = browser.new_context(viewport={"width": 1280, "height": 500})
    page = context.new_page()
    page.goto(address + "case-status.html#closed")
    row = page.locator("#closed").bounding_box()
    head = page.locator(".md-header").bounding_box()
    context.close()
    assert row is not None and head is not None
    assert row["y"] >= head["y"] + head["height"]
    assert row["y"] + row["height"] <= 500
