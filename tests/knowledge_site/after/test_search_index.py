"""The search index holds the words of each section, and nothing else."""

import json
from pathlib import Path

import pytest

from knowledge_site.after.search_index import plain, write_indexes
from knowledge_site.pages import Page
from knowledge_site.search_words import NO_WORDS, SearchWords

HTML = """<nav>Menu</nav><article class="x">
<h1 id="a-page">A page<a class="headerlink" href="#a-page">#</a></h1>
<p>One\n &amp; <em>tw</em>o</p><svg><title>Picture</title></svg>
<h2 id="c">C &lt;d&gt;</h2><table><tr><td>x<span class="note">y</span></td><td>ü</td></tr></table>
<p class="page-dates">Last updated</p><script>alert()</script></article><footer>Foot</footer>"""


def built(site, words=NO_WORDS, **meta):
    page = Page(
        language="en",
        name="a.md",
        path=Path("docs/en/a.md"),
        meta={"title": "A page: all of it", "description": "What it is about.", **meta},
        text="",
        first_line=1,
    )
    (site / "a.html").write_text(HTML, encoding="utf-8")
    write_indexes(site, [page], words, "en")
    return json.loads((site / "search/search_index.json").read_text(encoding="utf-8"))


def test_sections_have_their_anchor_heading_and_words_without_menus_and_markup(tmp_path):
    assert built(tmp_path)["pages"] == [
        {
            "address": "a.html",
            "title": "A page: all of it",
            "about": "What it is about.",
            "terms": [],
            "sections": [["", "", "One & two"], ["c", "C <d>", "x y ü"]],
        }
    ]


def test_the_index_contains_the_words_of_customers(tmp_path):
    words = {"en": {"ignored": "a, the", "same": ["b, c"], "pages": {"a": "open again, redo"}}}
    index = built(tmp_path, SearchWords.model_validate(words))
    assert index["ignored"] == ["a", "the"]
    assert index["same"] == [["b", "c"]]
    assert index["pages"][0]["terms"] == ["open again", "redo"]


def test_a_page_can_be_left_out_of_the_search(tmp_path):
    assert built(tmp_path, search={"exclude": True})["pages"] == []


@pytest.mark.parametrize(
    ("html", "words"),
    [
        ("<td>case.</td><td>Faster with</td>", "case. Faster with"),
        ("hour<br>Our", "hour Our"),
        ('1 hour<span class="note">Our aim</span>', "1 hour Our aim"),
        ('<span lang="en">Closed</span>.', "Closed."),
        ("<a href='x'>what</a>, <strong>why</strong>", "what, why"),
    ],
)
def test_only_markup_that_readers_see_as_a_gap_separates_words(html, words):
    assert plain(html) == words
