"""What customers type finds the page they need among the first three, in their language.

Asked of the built site, with the search and the index that its pages load.
"""

import json
import re
import tomllib
from pathlib import Path

import pytest

from tests.support.axe import axe_faults

QUERIES = tomllib.loads(Path(__file__).with_name("search_queries.toml").read_text("utf-8"))
LANGUAGES = {"en": "", "de": "de/"}
SEARCH = """async ([script, library, index, language, queries]) => {
  const { Index } = await import(script);
  const { default: MiniSearch } = await import(library);
  const found = new Index(MiniSearch, await (await fetch(index)).json(), language);
  const pages = (query) => found.search(query).slice(0, 3).map(({ page }) => page.address);
  return queries.map((query) => pages(query).map((page) => page.replace(".html", "")));
}"""


def first_three(page, site, address, language, queries):
    folder = LANGUAGES[language]
    page.goto(f"{address}{folder}index.html")
    names = [next((site / "assets").glob(f"{name}-*.js")).name for name in ("search", "minisearch")]
    index = f"{address}{folder}search/search_index.json"
    given = [*(f"{address}assets/{name}" for name in names), index, language, list(queries)]
    return dict(zip(queries, page.evaluate(SEARCH, given), strict=True))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    ("group", "number", "share"),
    [("everyday", 65, 1), ("tuning", 30, 0.95), ("held_out", 30, 0.95), ("later", 120, 0.95)],
)
def test_the_expected_page_is_among_the_first_three_results(
    page, site, address, language, group, number, share
):
    queries = {
        query: at for kind in QUERIES[language][group].values() for query, at in kind.items()
    }
    found = first_three(page, site, address, language, queries)
    missed = {
        query: f"{pages} instead of {queries[query]}"
        for query, pages in found.items()
        if not set(pages) & set(queries[query].split())
    }
    print(f"{language} {group}: {len(queries) - len(missed)} of {len(queries)}")
    assert len(queries) >= number
    assert len(missed) <= (1 - share) * len(queries), missed


def type_query(page, address, typed):
    page.goto(address)
    page.keyboard.press("/")
    page.keyboard.type(typed)
    page.locator("[role=option]").first.wait_for()


@pytest.mark.parametrize(
    ("folder", "typed", "word"), [("", "hacked", "attack"), ("de/", "gehackt", "angegriffen")]
)
def test_a_query_leads_by_keyboard_to_the_page_where_its_words_are_highlighted(
    page, address, folder, typed, word
):
    type_query(page, f"{address}{folder}glossary.html", typed)
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(rf"{address}{folder}security\.html(#.*)?$"))
    marks = page.locator("article mark")
    marks.first.wait_for()
    assert word in {text.lower() for text in marks.all_inner_texts()}
    assert axe_faults(page) == []


def test_the_field_announces_results_and_the_chosen_one_as_a_combobox(page, address):
    type_query(page, address + "index.html", "reopen")
    field = page.get_by_role("combobox", name="Search this site")
    options = page.get_by_role("listbox", name="Search results").get_by_role("option")
    assert field.get_attribute("aria-expanded") == "true"
    assert field.get_attribute("aria-activedescendant") is None
    assert page.locator(".md-search [role=status]").inner_text() == f"{options.count()} pages found"
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    chosen = page.locator("[role=option][aria-selected=true]")
    assert chosen.count() == 1
    assert field.get_attribute("aria-activedescendant") == chosen.get_attribute("id")
    assert field.evaluate("one => one === document.activeElement")


@pytest.mark.parametrize(
    ("folder", "typed", "nearest", "contact"),
    [
        ("", "xeskalaxtion", "Escalation", "Getting support"),
        ("de/", "eskaxxtixn", "Eskalation", "Support erhalten"),
    ],
)
def test_a_query_without_results_offers_near_words_tips_and_support(
    page, address, folder, typed, nearest, contact
):
    page.goto(f"{address}{folder}slas.html")
    page.keyboard.press("/")
    page.keyboard.type(typed)
    help_on = page.locator(".search-help")
    help_on.wait_for()
    assert page.get_by_role("combobox").get_attribute("aria-expanded") == "false"
    link = help_on.get_by_role("link", name=contact)
    assert link.get_attribute("href") == f"{address}{folder}getting-support.html"
    assert help_on.get_by_role("link").count() == 3
    help_on.get_by_role("button", name=re.compile(nearest, re.IGNORECASE)).first.click()
    page.locator("[role=option]").first.wait_for()
    assert not help_on.is_visible()


def test_a_result_names_its_page_once_and_its_text_has_no_words_stuck_together(page, address):
    type_query(page, address + "index.html", "first response time aim")
    for option in page.locator("[role=option]").all():
        lines = option.locator("> span").all_inner_texts()
        assert len(set(lines)) == len(lines)
        assert not lines[0].startswith(lines[1].removesuffix(":"))


@pytest.mark.parametrize("folder", LANGUAGES.values())
def test_every_word_of_the_index_is_a_word_of_its_page(page, address, site, folder):
    """Cells of tables, lines and boxes are separate, as a reader sees them."""
    index = json.loads((site / folder / "search/search_index.json").read_text(encoding="utf-8"))
    stuck = []
    for entry in index["pages"]:
        page.goto(f"{address}{folder}{entry['address']}")
        page.evaluate("document.querySelectorAll('.headerlink').forEach((one) => one.remove())")
        shown = set(page.locator("article").inner_text().lower().split())
        indexed = " ".join(text for _, *texts in entry["sections"] for text in texts).lower()
        stuck += [(entry["address"], word) for word in indexed.split() if word not in shown]
    assert not stuck, sorted(set(stuck))


def test_words_to_mark_in_an_address_are_hostile_text(page, address):
    faults = []
    page.on("pageerror", lambda error: faults.append(error))
    page.goto(address + "slas.html?h=<img src=x onerror=alert(1)>(contract|%5B)#guaranteed")
    page.locator("article mark").first.wait_for()
    assert page.url == address + "slas.html#guaranteed"
    assert set(page.locator("article mark").all_inner_texts()) == {"contract"}
    assert page.locator("article img").count() == 0
    assert faults == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_language_finds_its_own_pages_only(site, language):
    folder = site / LANGUAGES[language]
    text = (folder / "search/search_index.json").read_text(encoding="utf-8")
    own, foreign = ("Kinds of case", "Arten von Fällen")[:: 1 if language == "en" else -1]
    assert own in text
    assert foreign not in text
    assert not re.search(r"\{\{|\{%", text)
