"""How pages look and read in a browser, on phones, with forced colours, and what keys do."""

import pytest

from knowledge_site import build as site_build
from support_facts import load_facts
from tests.support.addresses import ADDRESSES

FACTS = load_facts()

# Texts of addresses and titles that are cut off, or continue on a second line within a word.
CUT_OFF = """() => [...document.querySelectorAll(".md-footer .md-ellipsis")]
  .filter((one) => one.checkVisibility() && one.scrollWidth > one.clientWidth)
  .map((one) => one.textContent)"""
BROKEN = """(pattern) => {
  const found = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const node = walker.currentNode;
    if (node.parentElement.closest("pre, script, style, svg")) continue;
    for (const word of node.textContent.matchAll(new RegExp(pattern, "g"))) {
      const range = document.createRange();
      range.setStart(node, word.index);
      range.setEnd(node, word.index + word[0].length);
      const lines = new Set([...range.getClientRects()].map((box) => Math.round(box.top)));
      if (lines.size > 1) found.push(word[0]);
    }
  }
  return found;
}"""


ADDRESS = r"[\w.-]+@[\w.-]+"
WORD = r"[\wÄÖÜäöüß]{5,}"


@pytest.mark.parametrize(("width", "kept"), [(320, ADDRESS), (360, f"{ADDRESS}|{WORD}")])
def test_no_title_is_cut_off_and_no_word_is_broken_on_a_phone(page, address, width, kept):
    page.set_viewport_size({"width": width, "height": 800})
    for name in ADDRESSES:
        page.goto(address + name)
        assert page.evaluate(CUT_OFF) == [], name
        assert page.evaluate(BROKEN, kept) == [], name


@pytest.mark.parametrize("name", ["good-case.html", "de/infrastructure-checklist.html"])
def test_a_list_to_copy_takes_less_than_a_screen_of_a_phone(page, address, name):
    page.set_viewport_size({"width": 360, "height": 800})
    page.goto(address + name)
    box = page.locator(".copyable").bounding_box()
    assert box and box["height"] < 450
    assert box["width"] > 300


def test_links_to_sections_are_shown_where_nothing_can_hover(browser, address):
    context = browser.new_context(
        has_touch=True, is_mobile=True, viewport={"width": 390, "height": 800}
    )
    page = context.new_page()
    page.goto(address + "slas.html")
    shown = page.locator("h2 .headerlink").first.evaluate("one => getComputedStyle(one).opacity")
    assert shown == "1"
    context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_emergency_part_takes_the_colours_that_the_user_forces(page, address, scheme):
    page.emulate_media(forced_colors="active", color_scheme=scheme)
    page.goto(address + "index.html")
    colours = page.evaluate(
        """() => {
          const canvas = document.createElement("p");
          canvas.style.cssText = "color: Canvas; background: CanvasText";
          document.body.append(canvas);
          const style = (one) => getComputedStyle(document.querySelector(one));
          return {
            canvas: getComputedStyle(canvas).color,
            band: style(".hero").borderImageSource,
            heading: style(".hero h1 em").color,
          };
        }"""
    )
    assert colours["canvas"] in colours["band"]
    assert colours["heading"] != colours["canvas"]


def test_keys_lead_to_the_next_and_previous_page(page, address):
    page.goto(address + "case-status.html")
    page.keyboard.press("n")
    page.wait_for_url("**/ticket-statuses.html")
    page.keyboard.press("p")
    page.wait_for_url("**/case-status.html")
    page.keyboard.press("/")
    page.keyboard.type("n")
    assert page.url.endswith("/case-status.html")


def test_a_term_is_explained_where_it_is_used_and_escape_closes_the_explanation(page, address):
    page.goto(address + "ticket-statuses.html")
    term = page.get_by_role("link", name="ETA", exact=True)
    assert term.get_attribute("aria-description").startswith("Estimated time of arrival")
    shown = "one => getComputedStyle(one, '::after').content !== 'none'"
    assert not term.evaluate(shown)
    for reach in (term.hover, term.focus):
        page.reload()
        reach()
        page.keyboard.press("Shift")
        assert term.evaluate(shown)
        page.keyboard.press("Escape")
        assert not term.evaluate(shown)


def test_the_menu_does_not_repeat_the_name_of_its_tab(page, address):
    page.set_viewport_size({"width": 1280, "height": 800})
    page.goto(address + "how-we-are-doing.html")
    menu = page.locator(".md-sidebar--primary")
    assert menu.get_by_text("How we are doing", exact=True).locator("visible=true").count() == 1


@pytest.mark.parametrize(("folder", "day"), [("", "November 2026"), ("de/", "November 2026")])
def test_dates_at_the_end_of_a_page_are_written_as_people_write_them(site, folder, day):
    for name in ("slas", "case-status"):
        html = (site / f"{folder}{name}.html").read_text(encoding="utf-8")
        foot = html.split('class="page-dates"', 1)[1].split("</p>")[0]
        assert foot.count(f"{'.' if folder else ''} {day}</time>") == 2


def test_every_page_names_the_feed_of_its_language(site):
    for name in ADDRESSES:
        head = (site / name).read_text(encoding="utf-8").split("</head>")[0]
        assert 'type="application/atom+xml" href="feed.xml"' in head, name


def test_pages_link_to_their_source_if_the_repository_is_set(site, tmp_path, monkeypatch):
    load, repository = site_build.load_config, "https://github.com/example/shared-view"
    monkeypatch.setattr(
        site_build, "load_config", lambda **options: load(**options, repo_url=repository)
    )
    site_build.build(tmp_path / "site")
    for language, folder in (("en", ""), ("de", "de/")):
        link = f'href="{repository}/edit/main/docs/{language}/slas.md"'
        assert link in (tmp_path / "site" / folder / "slas.html").read_text(encoding="utf-8")
        assert "/edit/" not in (site / folder / "slas.html").read_text(encoding="utf-8")
