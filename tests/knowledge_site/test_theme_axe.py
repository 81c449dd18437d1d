"""Every page can be read by everybody: axe finds nothing, and nothing scrolls sideways."""

from functools import cache

import pytest
from axe_playwright_python.base import AXE_FILE_PATH

from tests.support.addresses import ADDRESSES

WIDTHS = (1280, 400, 320)
EVERY_RULE = {
    "type": "tag",
    "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
}
# A scheme changes colours only, so in the dark one only rules about colours run, in the widest
# layout, which has all elements. The narrowest layout is the one of all phones.
COLOURS = {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}
SETTINGS = [
    ("light", WIDTHS[0], EVERY_RULE),
    ("light", WIDTHS[-1], EVERY_RULE),
    ("dark", WIDTHS[0], COLOURS),
]
RUN = "runOnly => axe.run({runOnly, resultTypes: ['violations']}).then(r => r.violations)"


@cache
def axe_source() -> str:
    return AXE_FILE_PATH.read_text(encoding="utf-8")


def open_with_axe(page, address):
    page.emulate_media(reduced_motion="reduce")
    page.goto(address)
    page.evaluate(axe_source())


def put(page, scheme, width):
    page.emulate_media(color_scheme=scheme)
    page.set_viewport_size({"width": width, "height": 900})


def faults(page, rules=EVERY_RULE):
    """Return the faults that axe reports, one line each."""
    return [
        f"{found['id']}: {node['html'][:160]}"
        for found in page.evaluate(RUN, rules)
        for node in found["nodes"]
    ]


@pytest.mark.parametrize("name", [*ADDRESSES, "404.html"])
def test_axe_finds_no_fault_and_no_page_scrolls_sideways(page, address, name):
    open_with_axe(page, address + name)
    for scheme, width, rules in SETTINGS:
        put(page, scheme, width)
        assert faults(page, rules) == [], (scheme, width)
    for width in WIDTHS:
        put(page, "light", width)
        assert page.evaluate("document.documentElement.scrollWidth") == width, width


@pytest.mark.parametrize(("name", "query"), [("index.html", "case"), ("de/index.html", "Fall")])
def test_axe_finds_no_fault_while_searching(page, address, name, query):
    open_with_axe(page, address + name)
    page.keyboard.press("/")
    for typed, found in ((query, True), ("xyzzy", False)):
        page.locator(".md-search__input").fill(typed)
        results = page.locator(".md-search-result__link").first
        results.wait_for(state="visible" if found else "detached")
        for scheme, width, rules in SETTINGS:
            put(page, scheme, width)
            assert faults(page, rules) == [], (scheme, width, typed)


@pytest.mark.parametrize("width", WIDTHS[1:])
def test_axe_finds_no_fault_in_the_open_drawer(page, address, width):
    put(page, "light", width)
    open_with_axe(page, address + "case-status.html")
    page.locator("button[for=__drawer]").click()
    page.locator(".md-nav--primary a:focus").wait_for()
    for scheme, rules in (("light", EVERY_RULE), ("dark", COLOURS)):
        put(page, scheme, width)
        assert faults(page, rules) == [], scheme
