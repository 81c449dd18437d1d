"""The theme in a browser: keyboard, no scripts, print, and colour schemes."""

import re

import pytest

from tests.support.addresses import ADDRESSES

# What has the focus, whether all of it can be seen, and whether it is marked.
FOCUSED = """() => {
  const at = document.activeElement;
  if (at === document.body) return null;
  const box = at.getBoundingClientRect();
  const middle = [box.left + box.width / 2, box.top + Math.min(box.height / 2, innerHeight / 2)];
  const top = document.elementFromPoint(...middle);
  const style = getComputedStyle(at);
  at.dataset.walked = "";
  return {
    html: at.outerHTML.slice(0, 120),
    skip: at.matches(".md-skip"),
    seen: top !== null && (at.contains(top) || top.contains(at)),
    marked: style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2,
  };
}"""
MISSED = """() => [...document.querySelectorAll("a[href], button, input, [tabindex='0']")]
  .filter((one) => one.checkVisibility({ visibilityProperty: true }) && !("walked" in one.dataset))
  .filter((one) => one.tabIndex >= 0)
  .map((one) => one.outerHTML.slice(0, 120))"""


def background(page):
    return page.evaluate("getComputedStyle(document.body).backgroundColor")


@pytest.mark.parametrize("width", [1280, 320])
@pytest.mark.parametrize("name", ["index.html", "case-status.html", "de/how-support-works.html"])
def test_tab_reaches_everything_and_the_focus_is_visible(page, address, name, width):
    page.emulate_media(reduced_motion="reduce")
    page.set_viewport_size({"width": width, "height": 700})
    page.goto(address + name)
    walked = []
    for _ in range(400):
        page.keyboard.press("Tab")
        # The search opens when it is reached; nobody wants to walk through it here.
        if page.locator("#__search").is_checked():
            page.keyboard.press("Escape")
            page.locator(".md-search__input").evaluate("one => one.dataset.walked = ''")
            continue
        at = page.evaluate(FOCUSED)
        if at is None:
            break
        walked.append(at)
    assert walked[0]["skip"]
    assert [at["html"] for at in walked if not at["seen"] or not at["marked"]] == []
    assert page.evaluate(MISSED) == []


def test_the_skip_link_jumps_past_the_navigation(page, address):
    page.goto(address + "case-status.html")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    inside = page.evaluate("document.activeElement.closest('article') !== null")
    assert inside


@pytest.mark.parametrize("key", ["/", "s", "f"])
def test_a_key_opens_the_search_and_the_first_result_is_three_keys_away(page, address, key):
    page.goto(address + "your-feedback.html")
    page.keyboard.press(key)
    page.keyboard.type("Solution Proposed")
    page.locator(".md-search-result__link").first.wait_for()
    page.keyboard.press("ArrowDown")
    chosen = page.locator(".md-search__input").get_attribute("aria-activedescendant")
    assert "case-status.html" in page.locator(f"#{chosen}").get_attribute("href")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Enter")
    page.wait_for_url("**/case-status.html*")


def test_shortcuts_are_letters_in_the_search_field_and_escape_closes_it(page, address):
    page.goto(address + "index.html")
    page.keyboard.press("s")
    page.keyboard.type("sf/")
    assert page.locator(".md-search__input").input_value() == "sf/"
    page.locator(".md-search-result__meta:not(:empty)").wait_for()
    page.keyboard.press("Escape")
    assert not page.locator("#__search").is_checked()


def test_search_on_a_phone_is_found_and_shows_what_it_found(page, address):
    page.set_viewport_size({"width": 390, "height": 800})
    page.goto(address + "de/index.html")
    page.get_by_role("button", name="Diese Website durchsuchen").click()
    page.keyboard.type("Losung vorgeschlagen Solution")
    result = page.locator(".md-search-result__link").first
    result.wait_for()
    result.click()
    page.wait_for_url("**/de/*.html*")
    assert not page.locator("#__search").is_checked()


def test_the_search_reports_that_its_index_did_not_load(page, address):
    page.route("**/search_index.json", lambda route: route.abort())
    page.goto(address + "index.html")
    page.keyboard.press("/")
    page.get_by_text("The search did not load").wait_for()


def test_a_hostile_query_is_shown_as_text(page, address):
    page.goto(address + "index.html")
    page.keyboard.press("/")
    page.keyboard.insert_text("<img src=x onerror=alert(1)> [ ( \\ * case")
    page.locator(".md-search-result__link").first.wait_for()
    assert page.locator(".md-search img").count() == 0


def test_the_chosen_colours_persist_and_can_follow_the_system_again(page, address):
    page.emulate_media(color_scheme="light")
    page.goto(address + "index.html")
    light = background(page)
    button = page.locator("[data-scheme]")
    assert button.get_attribute("aria-label") == "Colours follow the system. Switch to light"
    button.click()
    button.click()
    dark = background(page)
    assert dark != light
    page.goto(address + "de/case-status.html")
    assert background(page) == dark
    page.locator("[data-scheme]").click()
    assert background(page) == light
    page.emulate_media(color_scheme="dark")
    page.wait_for_timeout(50)
    assert background(page) == dark


def test_the_drawer_opens_by_key_and_returns_the_focus(page, address):
    page.set_viewport_size({"width": 320, "height": 700})
    page.goto(address + "case-status.html")
    opener = page.get_by_role("button", name="Navigation")
    opener.focus()
    page.keyboard.press("Enter")
    page.locator(".md-nav--primary a:focus").wait_for()
    assert opener.get_attribute("aria-expanded") == "true"
    page.keyboard.press("Escape")
    assert opener.get_attribute("aria-expanded") == "false"
    assert opener.evaluate("one => one === document.activeElement")


def test_the_browser_only_contacts_our_host_without_cookies_or_csp_violations(browser, address):
    context = browser.new_context()
    asked, complaints = [], []
    page = context.new_page()
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    for name in ADDRESSES:
        page.goto(address + name)
    page.keyboard.press("/")
    page.keyboard.type("Diagnosis")
    page.locator(".md-search-result__link").first.wait_for()
    page.goto(address + "nowhere.html")
    cookies = context.cookies()
    context.close()
    assert [line for line in complaints if "404" not in line] == []
    assert [url for url in asked if not url.startswith((address, "data:"))] == []
    assert cookies == []


@pytest.fixture
def plain(browser):
    """A page of a browser that runs no scripts, in a dark room."""
    context = browser.new_context(java_script_enabled=False, color_scheme="dark")
    yield context.new_page()
    context.close()


def test_pages_and_navigation_work_without_scripts(plain, address):
    plain.goto(address + "index.html")
    with plain.expect_navigation():
        plain.get_by_role("link", name="What is happening with my case?").click()
    assert plain.get_by_role("heading", level=1).inner_text().startswith("Case status")
    assert plain.get_by_role("rowheader", name="Solution Proposed").is_visible()
    plain.get_by_role("link", name="Deutsch").first.click()
    plain.wait_for_url("**/de/case-status.html")


def test_without_scripts_the_site_map_replaces_the_search(plain, address):
    plain.goto(address + "index.html")
    assert not plain.locator(".md-search__input").is_visible()
    assert not plain.locator("[data-scheme]").is_visible()
    with plain.expect_navigation():
        plain.locator(".md-header").get_by_role("link", name="All pages").click()
    linked = {link.get_attribute("href") for link in plain.locator("article .site-map a").all()}
    assert linked == {name for name in ADDRESSES if not name.startswith("de/")}


def test_drawer_works_without_scripts(plain, address):
    plain.set_viewport_size({"width": 320, "height": 700})
    plain.goto(address + "case-status.html")
    link = plain.locator(".md-nav--primary").get_by_role("link", name="How support works")
    assert not link.is_visible()
    plain.locator("label.md-header__button[for=__drawer]").click()
    link.click()
    plain.wait_for_url("**/how-support-works.html")


def test_the_print_style_shows_only_the_text_in_black_with_link_targets(page, address):
    page.goto(address + "index.html")
    page.emulate_media(media="print", color_scheme="dark")
    assert background(page) == "rgb(255, 255, 255)"
    for gone in (".md-header", ".md-footer", ".md-sidebar--primary", ".md-tabs", ".md-search"):
        assert not page.locator(gone).is_visible(), gone
    after = page.locator("dd a[href^=http]").first.evaluate(
        "one => getComputedStyle(one, '::after').content"
    )
    assert re.search(r"https:", after)
    for text in page.locator("h1, h1 em, h2, .button").all():
        assert text.evaluate("one => getComputedStyle(one).color") == "rgb(0, 0, 0)"
