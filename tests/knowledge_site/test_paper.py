"""The site with a year of figures: the length of its pages on screens and in print."""

import io
import unicodedata
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pypdf
import pytest

from knowledge_site import build as site_build
from published_results import add
from tests.support.cohort_cases import FACTS, CohortCase, a_case, an_answer, figures
from tests.support.published_drafts import a_draft, a_note, results
from tests.support.site_server import serving

PERIODS = 12
LANGUAGES = ("", "de/")
WHOLE, FIGURES = "whole-policy.html", "how-we-are-doing.html"
KINDS = [kind.key for kind in FACTS.case_kinds]

# Links to headings and to what follows them, because a PDF only names places that have a link.
# Each row of a table gets a place at its start and at its end.
MARK = """() => {
  const links = document.createElement("div");
  const pairs = [];
  const place = (one) => {
    const link = document.createElement("a");
    one.id ||= `place-${links.children.length}`;
    link.href = `#${one.id}`;
    link.textContent = ".";
    links.append(link);
    return one.id;
  };
  const shown = (one) => one && one.getClientRects().length > 0;
  const after = (one) => one.nextElementSibling || after(one.parentElement);
  const heading = ":is(h2, h3, h4, h5, h6, figcaption, caption)";
  for (const one of document.querySelectorAll(`#whole ${heading}`)) {
    if (!shown(one) || one.closest("details")) continue;
    let next = after(one);
    while (next.matches(".part__columns, .charts, table, figure, thead") && next.children.length)
      next = next.firstElementChild;
    if (shown(next)) pairs.push([one.textContent, place(one), place(next)]);
  }
  for (const row of document.querySelectorAll("#whole .facts tbody tr")) {
    const [start, end] = [row.firstElementChild, document.createElement("i")];
    end.textContent = ".";
    row.lastElementChild.append(end);
    pairs.push([row.textContent, place(start), place(end)]);
  }
  document.body.append(links);
  return pairs;
}"""


def cases(period: int) -> list[CohortCase]:
    """Return the cases of a period, more of them and with better answers in later ones."""
    made = []
    for number in range(80 + 5 * period):
        case = an_answer(min(5, number % 7 + 1), min(5, number % 6 + 1))
        case = case if number % 3 else a_case()
        made.append(
            replace(
                case,
                case_kind=KINDS[number % len(KINDS)],
                first_response_seconds=(5 + (number * 7 + period) % 80) * 60,
                resolution_seconds=(20 + number * 3 % 250) * 3600,
                duration_clock="calendar",
                read_at=case.answered_at and case.answered_at + timedelta(days=number % 9),
            )
        )
    return made


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where the site with a year of figures is served."""
    folder: Path = tmp_path_factory.mktemp("year")
    drafts = [a_draft(number, figures=figures(cases(number))) for number in range(PERIODS)]
    add(folder / "results", results(*drafts))
    add(folder / "results", [a_note({"en": "We answer sooner.", "de": "Wir antworten früher."})])
    site_build.build(folder / "site", results=folder / "results")
    with serving(folder / "site") as at:
        yield at


@pytest.fixture(scope="module")
def printed(browser: Any, address: str) -> dict[str, bytes]:
    """The whole policy as PDF, by language."""
    return {language: _pdf(browser, f"{address}{language}{WHOLE}")[0] for language in LANGUAGES}


def _pdf(browser: Any, url: str, script: str = "() => []") -> tuple[bytes, list[list[str]]]:
    context = browser.new_context(color_scheme="dark")
    page = context.new_page()
    page.goto(url)
    page.emulate_media(media="print", color_scheme="dark")
    found = page.evaluate(script)
    pdf = page.pdf(format="A4", prefer_css_page_size=True)
    context.close()
    return pdf, found


def _text(page: pypdf.PageObject) -> str:
    """Return the text of a page with single spaces, without ligatures."""
    return " ".join(unicodedata.normalize("NFKC", page.extract_text()).split())


def _places(reader: pypdf.PdfReader) -> dict[str, int]:
    """Return the number of the page of each named place, starting at 0."""
    places = {}
    for name, place in reader.named_destinations.items():
        number = reader.get_destination_page_number(place)
        assert number is not None, name
        places[name.removeprefix("/")] = number
    return places


def _targets(reader: pypdf.PdfReader) -> Iterator[tuple[str, str]]:
    """Yield the kind and the target of every link: a place in the file or an address."""
    for page in reader.pages:
        for annotation in page.get("/Annots") or ():
            link = annotation.get_object()
            action = link.get("/A", {})
            if "/URI" in action:
                yield "address", action["/URI"]
            else:
                yield "place", str(link.get("/Dest") or action["/D"]).removeprefix("/")


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_with_a_year_of_figures_is_at_most_3500_pixels_high(
    page: Any, address: str, language: str
) -> None:
    page.set_viewport_size({"width": 1280, "height": 900})
    page.goto(f"{address}{language}{FIGURES}")
    assert page.locator("figure.chart").count() == 9
    assert page.evaluate("document.documentElement.scrollHeight") <= 3500


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_whole_policy_has_at_most_24_pages(printed: dict[str, bytes], language: str) -> None:
    reader = pypdf.PdfReader(io.BytesIO(printed[language]))
    assert 10 < len(reader.pages) <= 24
    assert {float(page.mediabox.height) // 2 for page in reader.pages} == {421}, "A4"


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_whole_policy_begins_with_its_contents_and_the_emergency(
    printed: dict[str, bytes], language: str
) -> None:
    first = _text(pypdf.PdfReader(io.BytesIO(printed[language])).pages[0])
    headings = {"": "Open an emergency case.", "de/": "Notfall eröffnen."}
    assert headings[language] in first
    for wanted in {"": ("Have this ready", "Glossary"), "de/": ("Das sollten Sie", "Glossar")}[
        language
    ]:
        assert wanted in first


@pytest.mark.parametrize("language", LANGUAGES)
def test_links_within_the_whole_policy_lead_to_a_place_in_the_pdf(
    browser: Any, printed: dict[str, bytes], address: str, language: str
) -> None:
    reader = pypdf.PdfReader(io.BytesIO(printed[language]))
    places, targets = _places(reader), list(_targets(reader))
    within = [target for kind, target in targets if kind == "place"]
    assert len(within) > 100
    assert [target for target in within if target not in places] == []
    addresses = [target for kind, target in targets if kind == "address"]
    assert [one for one in addresses if WHOLE in one] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_contents_lead_to_the_numbered_parts_in_their_order(
    browser: Any, page: Any, address: str, printed: dict[str, bytes], language: str
) -> None:
    page.goto(f"{address}{language}{WHOLE}")
    links = page.locator("#whole-contents a")
    parts = [link.get_attribute("href").removeprefix("#") for link in links.all()]
    titles = [
        page.locator(f"#{part} > h2").first.inner_text().split("\n")[0].strip() for part in parts
    ]
    assert len(parts) == len(set(parts)) > 20
    reader = pypdf.PdfReader(io.BytesIO(printed[language]))
    places = _places(reader)
    pages = [places[part] for part in parts]
    assert pages == sorted(pages)
    for number, (title, at) in enumerate(zip(titles, pages, strict=True), 1):
        assert f"{number}. {title}" in _text(reader.pages[at])


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_heading_is_parted_from_its_text_or_chart_and_no_row_is_split(
    browser: Any, address: str, language: str
) -> None:
    pdf, pairs = _pdf(browser, f"{address}{language}{WHOLE}", MARK)
    places = _places(pypdf.PdfReader(io.BytesIO(pdf)))
    found = [(text, places[first], places[second]) for text, first, second in pairs]
    assert len(found) > 200
    assert [(text, at) for text, at, other in found if at != other] == []


@pytest.mark.parametrize("name", ["index.html", WHOLE, FIGURES, f"de/{WHOLE}"])
def test_every_heading_is_black_on_white_paper(page: Any, address: str, name: str) -> None:
    page.emulate_media(media="print", color_scheme="dark")
    page.goto(address + name)
    colours = page.evaluate(
        """() => [...document.querySelectorAll("article :is(h1, h2, h3, h4, h5, h6, figcaption) *,"
             + "article :is(h1, h2, h3, h4, h5, h6, figcaption, dt, th)")]
          .map((one) => getComputedStyle(one).color)"""
    )
    assert set(colours) <= {"rgb(0, 0, 0)", "rgb(51, 51, 51)"}
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"


@pytest.mark.parametrize("name", [WHOLE, FIGURES, "de/case-status.html"])
def test_the_print_button_prints(page: Any, address: str, name: str) -> None:
    page.add_init_script("window.print = () => { window.printed = true; }")
    page.goto(address + name)
    page.locator("[data-print]").first.click()
    assert page.evaluate("window.printed")
    page.emulate_media(media="print")
    assert not page.locator("[data-print]").first.is_visible()


def test_without_scripts_there_is_no_print_button(browser: Any, address: str) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    for name in (WHOLE, "case-status.html"):
        page.goto(address + name)
        assert page.locator("[data-print]").count() > 0
        assert not page.locator("[data-print]").first.is_visible()
    context.close()
