"""Errors in a page are reported with its file and line."""

import re
import shutil

import pytest

from knowledge_site.build import ROOT, build
from knowledge_site.errors import SiteError
from tests.support.some import some


@pytest.fixture
def docs(tmp_path):
    folder = tmp_path / "docs"
    shutil.copytree(ROOT / "docs", folder)
    return folder


def faults(docs):
    with pytest.raises(SiteError) as raised:
        build(docs.parent / "site", docs=docs)
    return raised.value.faults


# What the builder finds in Markdown, and what only the built pages show.
IN_MARKDOWN = {
    "[x](gone.md)": "link gone.md, but the target is not found",
    "[x](case-status.md#gone)": "link case-status.md#gone, but .* anchor '#gone'",
    "[x](#nowhere)": "link #nowhere, but there is no such anchor",
    "[x](/case-status.html)": "link /case-status.html, it was left as is",
}
IN_THE_SITE = {
    '<a href="gone.html">x</a>': "gone.html leads nowhere",
    '<a href="case-status.html#gone">x</a>': "the page has no anchor #gone",
    '<a href="/case-status.html">x</a>': "starts at the server's root",
    '<img src="gone.png" alt="">': "gone.png leads nowhere",
    '<img src="https://example.org/x.png" alt="">': "from another host",
}


@pytest.mark.parametrize("language", ["en", "de"])
@pytest.mark.parametrize("broken", [IN_MARKDOWN, IN_THE_SITE], ids=["markdown", "site"])
def test_every_broken_link_is_reported_with_page_and_line(docs, language, broken):
    page = docs / language / "your-feedback.md"
    lines = page.read_text(encoding="utf-8").splitlines()
    for text in broken:
        lines += ["", f"`{text}` in code is not a link.", "", text]
    page.write_text("\n".join(lines) + "\n", encoding="utf-8")
    found = faults(docs)
    for text, reason in some(broken.items()):
        place = f"{page}:{lines.index(text) + 1}: "
        assert [fault for fault in found if re.search(reason, fault)], reason
        assert [one for one in found if one.startswith(place) and re.search(reason, one)], found
    assert len(found) == len(broken)


def test_a_duplicate_anchor_is_reported(docs):
    page = docs / "en" / "glossary.md"
    with page.open("a", encoding="utf-8") as file:
        file.write('\n<span id="case"></span>\n')
    line = len(page.read_text(encoding="utf-8").splitlines())
    assert f"{page}:{line}: id 'case' is used twice on the page" in faults(docs)


def test_a_page_missing_from_the_navigation_is_reported(docs):
    for language in ("en", "de"):
        text = (docs / language / "imprint.md").read_text(encoding="utf-8")
        text = re.sub(r"description: .*", f"description: {'y' * 60} {language}", text)
        (docs / language / "new.md").write_text(text, encoding="utf-8")
    assert f"{docs / 'en' / 'new.md'}: is not in the navigation: add it to nav in mkdocs.yml" in (
        faults(docs)
    )


def test_a_fault_in_a_fact_keeps_its_place_in_the_built_site(docs, tmp_path):
    source = (ROOT / "support_facts/support.toml").read_text(encoding="utf-8")
    path = tmp_path / "support.toml"
    path.write_text(
        source.replace('page = "support-portal.md"', 'page = "gone.md"'), encoding="utf-8"
    )
    with pytest.raises(SiteError) as raised:
        build(tmp_path / "site", path, docs=docs)
    (fault,) = raised.value.faults
    assert fault.startswith(f"{docs / 'en' / 'what-changed.md'}: link gone.md")
