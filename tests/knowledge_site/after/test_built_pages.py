"""The line-by-line reader of built pages gives the same results as an HTML parser."""

from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge_site.after.built_pages import BuiltPage

PAGE = Path("page.html")


def read(html):
    return BuiltPage(PAGE, html)


def test_a_tag_over_several_lines_has_the_number_of_its_first_line():
    page = read('<p>\n<a\n  class="x"\n  href="y.html"\n  id="z">\n</a>')
    assert page.links == [(2, "y.html")]
    assert page.anchors == [(2, "z")]


def test_comments_scripts_and_code_contain_no_links():
    page = read(
        '<!-- <a href="a.html">\n-->\n<script>if (a < b) "<a href=\'b.html\'>"\n</script>\n'
        '<pre>&lt;a href="c.html"&gt;</pre>\n<p>href="d.html"</p>\n<a data-href=\'e.html\'>x</a>'
    )
    assert page.links == []
    assert page.scripts == ["if (a < b) \"<a href='b.html'>\"\n"]


def test_values_without_double_quotes_and_with_entities_are_read():
    page = read(
        "<a href='a.html?x=1&amp;y=2'>x</a><a href=b.html id=c>x</a><A HREF=\"d.html\">x</A>"
    )
    assert [target for _, target in page.links] == ["a.html?x=1&y=2", "b.html", "d.html"]


def test_data_blocks_are_not_scripts_and_external_scripts_are_loads():
    page = read('<script type="application/ld+json">{"a": 1}</script><script src="x.js"></script>')
    assert page.scripts == []
    assert page.loads == [(1, "x.js")]


@pytest.mark.parametrize("text", ["{{ x }}", "{% x %}", "<p title='{{'>}}</p>"])
def test_left_over_template_text_is_found_with_its_line(text):
    assert read(f"<p>\n<b>\n{text}</p>").left_over == [3]


def test_braces_in_scripts_styles_and_attributes_are_left_alone():
    assert (
        read("<style>a{{b}}</style><script>\n{{}}\n</script><p title='{{ x }}'>x</p>").left_over
        == []
    )


class Parsed(HTMLParser):
    """What the standard library's parser finds."""

    def __init__(self, html):
        super().__init__()
        self.links, self.anchors = [], []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        if tag == "a" and "href" in given:
            self.links.append((self.getpos()[0], given["href"]))
        if "id" in given:
            self.anchors.append((self.getpos()[0], given["id"]))


PIECES = [
    '<a href="x.html">',
    "</a>",
    '<p id="one">',
    "<b id='two'\n  title=\"a > b\">",
    "<!-- <a href='no'> -->",
    "<script>1 < 2</script>",
    'text &lt;a href="no"&gt;',
    "\n",
    "a = b",
    "<br>",
]


@given(st.lists(st.sampled_from(PIECES), max_size=12))
def test_reads_what_the_standard_parser_reads(pieces):
    html = "".join(pieces)
    ours, theirs = read(html), Parsed(html)
    assert ours.links == theirs.links
    assert ours.anchors == theirs.anchors
