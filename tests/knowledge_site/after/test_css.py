"""Style sheets are read as rules and written again, shorter and otherwise the same."""

import pytest

from knowledge_site.after.css import Group, Rule, parse, write


def test_rules_groups_and_statements_are_distinguished():
    sheet = parse('@import "x.css"; a { color : red; } @media print { b { margin: 0 auto } }')
    assert sheet == (
        Rule('@import "x.css"'),
        Rule("a", "color:red"),
        Group("@media print", (Rule("b", "margin:0 auto"),)),
    )


def test_comments_and_white_space_are_removed_and_strings_kept():
    text = """
    /* a { b: c } */
    a::before , b {
      content : "  /* { } ; */  " ;   background: url('data:image/svg+xml;x,<svg a="{}"/>');
    }
    """
    assert write(parse(text)) == (
        'a::before , b{content:"  /* { } ; */  ";'
        "background:url('data:image/svg+xml;x,<svg a=\"{}\"/>')}"
    )


def test_animations_and_nested_rules_are_kept_as_they_are():
    text = "@keyframes turn{0%{opacity:0}to{opacity:1}}a{color:red;&:hover{color:blue}}"
    assert write(parse(text)) == text


def test_groups_can_be_nested_and_empty_ones_are_dropped():
    sheet = parse("@supports (a:b){@media print{}@media screen{a{b:c}}}")
    assert write(sheet) == "@supports (a:b){@media screen{a{b:c}}}"


def test_minified_css_parses_to_the_same_rules():
    text = '@charset "x";a{b:c}@media print{d{e:f}g{h:i;j:"k;}"}}@font-face{l:m}'
    assert parse(write(parse(text))) == parse(text)


def test_an_extra_closing_brace_is_an_error():
    with pytest.raises(ValueError, match="brace"):
        parse("a{b:c}}d{e:f}")
