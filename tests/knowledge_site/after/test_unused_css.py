"""Only rules that no page can ever meet are left out."""

import pytest

from knowledge_site.after.css import parse, write
from knowledge_site.after.unused_css import UsedNames, alternatives, remove_unused

PAGE = """<html lang="en"><body dir="ltr" class="home wide">
<main id="text"><a class='link' href="x">x</a><input type="checkbox"></main>
<script>document.body.className = "dark"</script></body></html>"""
SCRIPT = 'const item = document.createElement("li"); item.className = "found__item";'


def purged(text: str) -> str:
    return write(remove_unused(parse(text), UsedNames([PAGE], [SCRIPT])))


@pytest.mark.parametrize(
    "selector",
    [
        "a",
        "*",
        "html",
        ".home.wide>main #text a.link:hover::before",
        ".dark",
        ".found__item",
        "li+li",
        "[hidden]",
        '[type="checkbox"]:checked',
        "[type=checkbox]",
        "[href^=mailto]",
        "a:not(.gone)",
        "a:not([dir=rtl])",
        "main:has(a.link)",
        ":is(.gone,.home) a",
        ":is(.gone,#gone) a",
        "main:has(table)",
        ":root",
        "a:nth-child(2n + 1)",
        "::selection",
        "[dir=ltr] a",
    ],
)
def test_a_rule_that_a_page_can_match_is_kept(selector):
    assert purged(f"{selector}{{b:c}}") == f"{selector}{{b:c}}"


@pytest.mark.parametrize(
    "selector",
    [
        ".gone",
        ".home .gone",
        "#home",
        "table",
        "a.gone:hover",
        "[dir=rtl] a",
        '[type="radio"]',
        ".home:not(.wide) .gone",
        ".home-page",
    ],
)
def test_a_rule_that_no_page_can_match_is_removed(selector):
    assert purged(f"{selector}{{b:c}}") == ""


def test_only_selectors_that_can_match_are_kept():
    assert purged("a,.gone,:is(.home,.gone) a{b:c}") == "a,:is(.home,.gone) a{b:c}"


def test_a_group_without_rules_is_removed():
    assert purged("@media print{.gone{b:c}}@media screen{a{b:c}}") == "@media screen{a{b:c}}"


def test_unused_properties_are_removed_with_those_only_they_use():
    text = ":root{--read:1px;--chain:var(--end);--end:2px;--icon:url('a;b')}a{margin:var(--read)}"
    assert purged(text) == ":root{--read:1px}a{margin:var(--read)}"


def test_an_animation_is_kept_only_if_it_is_used():
    text = "@keyframes turn{to{b:c}}@keyframes gone{to{b:c}}a{animation:turn 1s}"
    assert purged(text) == "@keyframes turn{to{b:c}}a{animation:turn 1s}"


def test_commas_in_brackets_and_strings_do_not_split_a_selector():
    assert alternatives('a,b:is(c,d) , [x="e,f"]') == ["a", "b:is(c,d)", '[x="e,f"]']
    nested = ":is(a,:not(b,:nth-child(2n + 1))) c"
    assert alternatives(f"{nested},d") == [nested, "d"]
