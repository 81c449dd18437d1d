"""What a first visit costs, and that the style sheet lost nothing that can be seen."""

import base64
import gzip
import re
from pathlib import Path

import material
import pytest

TEMPLATES = Path(material.__file__).parent / "templates"
ASSETS = Path("knowledge_site/theme/assets")
KILOBYTE = 1000


def asked(page, act):
    """Return the requests of the page while `act` ran: path and bytes transferred."""
    answers = []
    page.on("response", lambda answer: answers.append(answer))
    act()
    page.wait_for_load_state("networkidle")
    return {
        re.sub(r"^https?://[^/]+/", "", answer.url): len(gzip.compress(answer.body(), 6))
        for answer in answers
    }


@pytest.mark.parametrize("folder", ["", "de/"])
def test_first_visit_of_home_is_two_small_requests(page, address, folder):
    first = asked(page, lambda: page.goto(f"{address}{folder}index.html"))
    assert len(first) <= 2, first
    assert sum(first.values()) <= 20 * KILOBYTE, first


@pytest.mark.parametrize(("folder", "query"), [("", "case"), ("de/", "Fall")])
def test_the_search_is_loaded_only_when_it_is_used(page, address, folder, query):
    def visit():
        page.goto(f"{address}{folder}index.html")
        page.mouse.move(200, 200)
        page.mouse.click(200, 700)
        page.keyboard.press("Tab")

    def search():
        page.keyboard.press("/")
        page.keyboard.type(query)
        page.locator(".md-search-result__link").first.wait_for()

    assert [name for name in asked(page, visit) if "search" in name] == []
    first = asked(page, search)
    library, script, index = sorted(first)
    assert re.fullmatch(r"assets/minisearch-\w+\.js", library)
    assert re.fullmatch(r"assets/search-\w+\.js", script)
    assert index == f"{folder}search/search_index.json"
    assert sum(first.values()) <= 55 * KILOBYTE, first


def test_a_second_page_loads_no_further_files(page, address):
    page.goto(address + "index.html")
    travelled = []
    page.on("requestfinished", lambda request: travelled.append(request))
    page.goto(address + "de/case-status.html")
    page.wait_for_load_state("networkidle")
    fresh = [one.url for one in travelled if one.sizes()["responseBodySize"] > 0]
    assert fresh == [address + "de/case-status.html"]


def whole_style():
    """Return all rules before any was left out."""
    sheets = [
        *sorted((TEMPLATES / "assets/stylesheets").glob("*.css"), key=lambda one: one.name[0]),
        *(ASSETS / name for name in ("colours.css", "site.css", "print.css")),
    ]
    return "\n".join(
        sheet.read_text(encoding="utf-8").replace('@charset "UTF-8";', "") for sheet in sheets
    )


# Chromium smooths the edges of letters a little differently from time to time: in two pictures with
# the same style sheet, 12 colour values differed, by up to 31 of 255.
SMOOTHING, MOST_SMOOTHING, SMOOTHED_VALUES = 24, 32, 12
COMPARE = """async ([urls, smoothing]) => {
  const pixels = urls.map(async (url) => {
    const image = await createImageBitmap(await (await fetch(url)).blob());
    const canvas = new OffscreenCanvas(image.width, image.height).getContext("2d");
    canvas.drawImage(image, 0, 0);
    return canvas.getImageData(0, 0, image.width, image.height).data;
  });
  const [one, other] = await Promise.all(pixels);
  if (one.length !== other.length) return [one.length, 255];
  const changes = one.map((value, at) => Math.abs(value - other[at]));
  return [
    changes.filter((change) => change >= smoothing).length,
    changes.reduce((most, change) => Math.max(most, change), 0),
  ];
}"""


def as_url(png):
    return f"data:image/png;base64,{base64.b64encode(png).decode()}"


def open_drawer(page):
    page.locator("button[for=__drawer]").click()
    page.locator(".md-nav--primary a:focus").wait_for()


def open_search(page):
    page.keyboard.press("/")
    page.keyboard.type("case")
    page.locator(".md-search-result__link").first.wait_for()


VIEWS = [
    ("index.html", "screen", 1280, None),
    ("index.html", "screen", 390, None),
    ("index.html", "print", 800, None),
    ("case-status.html", "screen", 1280, None),
    ("de/how-support-works.html", "screen", 390, None),
    ("your-feedback.html", "print", 800, None),
    ("site-map.html", "screen", 1280, None),
    ("404.html", "screen", 390, None),
    ("case-status.html", "screen", 390, open_drawer),
    ("index.html", "screen", 1280, open_search),
    ("index.html", "screen", 390, open_search),
]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("name", "media", "width", "act"), VIEWS)
def test_page_looks_the_same_as_with_all_rules(
    browser, page, address, scheme, name, media, width, act
):
    def picture(style):
        context = browser.new_context(
            color_scheme=scheme,
            viewport={"width": width, "height": 900},
            reduced_motion="reduce",
        )
        page = context.new_page()
        if style:
            page.route(
                "**/style-*.css", lambda route: route.fulfill(body=style, content_type="text/css")
            )
        page.goto(address + name)
        page.emulate_media(media=media)
        if act:
            act(page)
            page.wait_for_timeout(400)
        shot = page.screenshot(full_page=act is None, animations="disabled", caret="hide")
        context.close()
        return shot

    pictures = [as_url(picture(None)), as_url(picture(whole_style()))]
    values, most = page.evaluate(COMPARE, [pictures, SMOOTHING])
    assert values <= SMOOTHED_VALUES
    assert most < MOST_SMOOTHING
