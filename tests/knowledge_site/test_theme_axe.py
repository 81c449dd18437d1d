"""Every page can be read by everybody: axe finds nothing, and nothing scrolls sideways."""

import pytest

from tests.support.addresses import ADDRESSES
from tests.support.axe import COLOURS, EVERY_RULE, axe_faults

WIDTHS = (1280, 400, 320)
# A scheme changes colours only, so in the dark one only rules about colours run, in the widest
# layout, which has all elements. The narrowest layout is the one of all phones.
SETTINGS = [
    ("light", WIDTHS[0], EVERY_RULE),
    ("light", WIDTHS[-1], EVERY_RULE),
    ("dark", WIDTHS[0], COLOURS),
]


def open_quietly(page, address):
    page.emulate_media(reduced_motion="reduce")
    page.goto(address)


def put(page, scheme, width):
    page.emulate_media(color_scheme=scheme)
    page.set_viewport_size({"width": width, "height": 900})


@pytest.mark.parametrize("name", [*ADDRESSES, "404.html", "503.html"])
def test_axe_finds_no_fault_and_no_page_scrolls_sideways(page, address, name):
    open_quietly(page, address + name)
    for scheme, width, rules in SETTINGS:
        put(page, scheme, width)
        assert axe_faults(page, rules) == [], (scheme, width)
    for width in WIDTHS:
        put(page, "light", width)
        assert page.evaluate("document.documentElement.scrollWidth") == width, width


@pytest.mark.parametrize(("name", "query"), [("index.html", "case"), ("de/index.html", "Fall")])
def test_axe_finds_no_fault_while_searching(page, address, name, query):
    open_quietly(page, address + name)
    page.keyboard.press("/")
    for typed, found in ((query, True), ("xyzzy", False), ("eskaxxtixn", False)):
        page.locator(".md-search__input").fill(typed)
        results = page.locator(".md-search-result__link").first
        results.wait_for(state="visible" if found else "detached")
        for scheme, width, rules in SETTINGS:
            put(page, scheme, width)
            assert axe_faults(page, rules) == [], (scheme, width, typed)


@pytest.mark.parametrize("width", WIDTHS[1:])
def test_axe_finds_no_fault_in_the_open_drawer(page, address, width):
    put(page, "light", width)
    open_quietly(page, address + "case-status.html")
    page.locator("button[for=__drawer]").click()
    page.locator(".md-nav--primary a:focus").wait_for()
    for scheme, rules in (("light", EVERY_RULE), ("dark", COLOURS)):
        put(page, scheme, width)
        assert axe_faults(page, rules) == [], scheme
