"""The whole policy on one page is made of the pages, and its links stay on it."""

import re

import pytest

from knowledge_site.after import built_pages
from knowledge_site.after.whole_policy import WHOLE, write_whole_policy

CONTENTS = """\
<article><h1 id="all">All</h1>
<nav id="whole-contents"><ol><li><a href="a.html">A</a></li>
<li><a href="b.html">B</a></li></ol></nav>
<div id="whole"></div>
<p class="page-dates">today</p></article>
"""
A = """\
<article class="x"><h1 id="a">A<a class="headerlink" href="#a" title="t">#</a></h1>
<h2 id="one">One</h2><svg aria-labelledby="one two"></svg>
<a href="b.html">B</a> <a href="b.html#place">there</a> <a href="#one">here</a>
<a href="index.html#x">home</a> <a href="https://example.org/a.html">away</a>
<a href="whole-policy.html">all</a>
<p class="page-dates">yesterday</p></article>
"""
B = '<article><h1 id="b">B</h1><h5 id="place">Place</h5><a href="a.html#one">A</a></article>'


@pytest.fixture
def whole(tmp_path):
    for name, text in ((WHOLE, CONTENTS), ("a.html", A), ("b.html", B)):
        (tmp_path / name).write_text(text, encoding="utf-8")
    write_whole_policy(tmp_path)
    return (tmp_path / WHOLE).read_text(encoding="utf-8")


def test_each_page_follows_in_the_order_of_the_contents(whole):
    assert re.findall(r'<section class="part" id="(\w+)">', whole) == ["a", "b"]


def test_the_table_of_contents_links_to_the_sections(whole):
    assert '<li><a href="#a">A</a></li>\n<li><a href="#b">B</a></li>' in whole


def test_links_between_sections_stay_on_the_page_with_the_number_of_the_section(whole):
    for link in ('"#b" data-part="2">B', '"#b--place" data-part="2">there', '"#a--one">here'):
        assert f"<a href={link}</a>" in whole
    assert '<a href="#a--one" data-part="1">A</a>' in whole


def test_links_to_the_page_itself_lead_to_its_contents(whole):
    assert '<a href="#whole-contents">all</a>' in whole


def test_links_to_other_pages_leave_it(whole):
    assert '<a href="index.html#x">home</a>' in whole
    assert '<a href="https://example.org/a.html">away</a>' in whole


def test_only_the_emergency_of_the_home_page_is_included(tmp_path):
    home = '<article><section class="hero"><h1 id="e">Help</h1></section><h2>Else</h2></article>'
    contents = CONTENTS.replace("a.html", "index.html")
    for name, text in ((WHOLE, contents), ("index.html", home), ("b.html", B)):
        (tmp_path / name).write_text(text, encoding="utf-8")
    write_whole_policy(tmp_path)
    whole = (tmp_path / WHOLE).read_text(encoding="utf-8")
    assert '<h2 id="index--e">Help</h2>' in whole
    assert "Else" not in whole


def test_tables_and_their_headings_are_outside_the_columns(tmp_path):
    wide = B.replace("<a href", "<p>x</p><h2>T</h2><table></table><p>y</p><a href")
    for name, text in ((WHOLE, CONTENTS), ("a.html", A), ("b.html", wide)):
        (tmp_path / name).write_text(text, encoding="utf-8")
    write_whole_policy(tmp_path)
    whole = (tmp_path / WHOLE).read_text(encoding="utf-8")
    assert "<p>x</p></div><h3>T</h3><table></table><div" in whole


def test_headings_are_one_level_lower_and_ids_have_the_prefix_of_their_page(whole):
    assert '<h2 id="a--a">A</h2>' in whole
    assert '<h3 id="a--one">One</h3>' in whole
    assert '<h6 id="b--place">Place</h6>' in whole


def test_every_id_in_a_list_gets_the_prefix(whole):
    assert 'aria-labelledby="a--one a--two"' in whole


def test_dates_and_heading_links_are_left_out(whole):
    assert "yesterday" not in whole
    assert "today" in whole
    assert "headerlink" not in whole


def test_a_site_without_that_page_is_unchanged(tmp_path):
    write_whole_policy(tmp_path)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("folder", ["", "de/"])
def test_the_built_page_has_all_pages_except_lists(site, folder):
    built = built_pages.BuiltPage(site / folder / WHOLE)
    anchors = {anchor for _, anchor in built.anchors}
    pages = {path.stem for path in (site / folder).glob("*.html")}
    assert pages - anchors == {"whole-policy", "site-map", "imprint", "404", "503"}
    assert {"case-status--closed", "escalations--closed", "priorities--p1"} <= anchors
