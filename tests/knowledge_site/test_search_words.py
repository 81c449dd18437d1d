"""The words that customers type, in docs/search.toml: faults are named with file and entry."""

import json
import tomllib

import pytest

from knowledge_site.build import ROOT
from knowledge_site.errors import SiteError
from knowledge_site.pages import read_pages
from knowledge_site.search_words import NO_WORDS, load_search_words


@pytest.fixture
def pages():
    return list(read_pages(ROOT / "docs", ("en", "de")))


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("en = 3 4", "not valid TOML"),
        ('[en.pages]\nslaz = "x"', r"\[en.pages\] slaz: no such page"),
        ("[en.pages]\nslas = 24", "en.pages.slas: .*words in quotes, separated by commas"),
        ('[en]\nsmae = ["a, b"]', "en.smae: Extra inputs"),
        ('[en]\nsame = ["a"]', "en.same.0: .*two words"),
        ('[en]\nsame = ["a, b c"]', "en.same.0: .*'b c' is more than one word"),
    ],
)
def test_a_fault_names_the_file_and_the_entry(tmp_path, pages, text, wrong):
    (tmp_path / "search.toml").write_text(text)
    with pytest.raises(SiteError, match=rf"search.toml: .*{wrong}"):
        load_search_words(tmp_path, pages)


def test_a_site_needs_no_words(tmp_path, pages):
    assert load_search_words(tmp_path, pages) == NO_WORDS


def test_no_word_has_the_same_meaning_as_itself_or_is_ignored_too(pages):
    words = load_search_words(ROOT / "docs", pages)
    for language in ("en", "de"):
        given = words.of(language)
        for group in given.same:
            assert len(set(group)) == len(group)
            assert not set(group) & set(given.ignored), group


def test_every_page_has_words_of_customers_in_both_languages():
    given = tomllib.loads((ROOT / "docs/search.toml").read_text(encoding="utf-8"))
    names = {path.stem for path in (ROOT / "docs/en").glob("*.md")} - {"site-map"}
    assert given["en"]["pages"].keys() == names
    assert given["de"]["pages"].keys() == names


def test_the_search_library_is_the_pinned_version_with_its_licence():
    pinned = json.loads((ROOT / "scripts/minisearch/package.json").read_text(encoding="utf-8"))
    library = (ROOT / "knowledge_site/theme/assets/minisearch.js").read_text(encoding="utf-8")
    version = pinned["devDependencies"]["minisearch"]
    assert library.startswith(f"/*! MiniSearch {version}, MIT licence\nCopyright")
    assert "The above copyright notice and this permission notice shall be included" in library
