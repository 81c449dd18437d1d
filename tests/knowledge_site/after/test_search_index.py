"""The search index holds words, not markup."""

import json

from knowledge_site.after.search_index import shorten


def test_sections_keep_place_words_and_boost_and_lose_markup(tmp_path):
    index = tmp_path / "search_index.json"
    docs = [
        {
            "location": "a.html",
            "title": "A <em>b</em>",
            "text": "<p>One\n &amp; two</p>",
            "boost": 2,
            "tags": ["how long"],
        },
        {
            "location": "a.html#c",
            "title": "C",
            "text": "<ul>\n<li>x</li><li>ü</li></ul>",
            "path": [],
        },
    ]
    index.write_text(json.dumps({"config": {"lang": ["en"]}, "docs": docs}))
    shorten(index)
    assert json.loads(index.read_text(encoding="utf-8")) == {
        "docs": [
            {
                "location": "a.html",
                "title": "A b",
                "text": "One & two",
                "boost": 2,
                "words": ["how long"],
            },
            {"location": "a.html#c", "title": "C", "text": "x ü"},
        ]
    }
