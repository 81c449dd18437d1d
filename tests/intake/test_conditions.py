"""Conditions on values: texts, wildcards, lists and regular expressions."""

import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedback_app.intake.conditions import MAX_PATTERN, Condition, ConditionError
from feedback_app.intake.mapping_file import CaseMapping, MappingFileError, validated

# The bound is generous, because other programs may use the processor.
SECONDS = 2.0


@pytest.mark.parametrize(
    ("text", "matching", "others"),
    [
        ("Closed", ["closed", " CLOSED ", "open\nclosed"], ["closed again", "", "open"]),
        ("STRASSE", ["straße"], ["strase"]),
        ("", ["", "  "], ["x"]),
        ("*vip*", ["VIP", "a vip, b", "x\nmy vip"], ["v ip", ""]),
        ("test*", ["Test", "testing 1"], ["a test"]),
        ("a.b*", ["a.b", "A.B!"], ["axb"]),
        (r"/\bspam\b/", ["Spam", "this is spam."], ["spammer"]),
        ("/^T-[0-9]+$/", ["t-1"], ["T-", "xT-1"]),
        ("/", ["/"], ["x"]),
        ("//", ["//"], ["x", ""]),
    ],
)
def test_a_text_matches_whole_values_wildcards_and_patterns_in_any_case(
    text: str, matching: list[str], others: list[str]
) -> None:
    condition = Condition([text])
    assert [value for value in matching if not condition.matches(value)] == []
    assert [value for value in others if condition.matches(value)] == []


def test_any_of_several_texts_is_enough() -> None:
    condition = Condition(["Closed", "*vip*", "/^x+$/"])
    assert all(condition.matches(value) for value in ("closed", "a VIP", "xx"))
    assert not condition.matches("open")


def test_where_not_excludes_what_where_accepts() -> None:
    mapping = CaseMapping(
        where={"state": ["Closed"]}, where_not={"tags": ["merged"], "state": ["/clo.*merge/"]}
    )
    assert mapping.matches({"state": "closed", "tags": "vip\nnew"})
    assert mapping.matches({"state": "closed"})
    assert not mapping.matches({"state": "closed", "tags": "vip\nMerged"})
    assert not mapping.matches({"state": "open", "tags": "vip"})


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("/(a/", "where_not.tags: '/(a/' is not a valid regular expression: missing )"),
        ("/(?=a)b/", "invalid perl operator"),
        (r"/(a)\\1{2,1}/", "is not a valid regular expression"),
        (f"/{'(a{1000}){1000}'}/", "is not a valid regular expression"),
        ("*" * (MAX_PATTERN + 1), f"has more than {MAX_PATTERN} characters"),
    ],
)
def test_a_wrong_pattern_is_an_error_that_names_it(text: str, reason: str) -> None:
    with pytest.raises(MappingFileError, match=re.escape(reason)):
        validated(CaseMapping, "desk.toml", {"where_not": {"tags": [text]}})


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("/^(a+)+$/", "a" * 5_000_000 + "b"),
        ("/^(a|aa)+$/", "a" * 9_999 + "b"),
        ("/(.*)(.*)(.*)(.*)(.*)(.*)x/", "a" * 9_999),
        ("*a" * 60 + "b", "a" * 9_999),
        ("/[ab]*a[ab]{9,99}c[ab]*a[ab]{9,99}d/", "abbabaab" * 1_250),
        ("/(x+x+)+y/", ("x" * 99 + "\n") * 100_000),
    ],
)
def test_no_pattern_and_no_value_keep_the_program_busy(text: str, value: str) -> None:
    started = time.process_time()
    Condition([text]).matches(value)
    assert time.process_time() - started < SECONDS


@given(st.text(alphabet="ab*", max_size=8), st.text(alphabet="ab", max_size=8))
def test_wildcards_match_like_the_regular_expression_of_the_standard_library(
    text: str, value: str
) -> None:
    expected = re.fullmatch(text.replace("*", ".*"), value) is not None
    assert Condition([text]).matches(value) == expected


def test_a_value_that_cannot_be_encoded_is_compared() -> None:
    assert Condition(["*x*"]).matches("\ud800x")
    with pytest.raises(ConditionError):
        Condition(["/[\ud800/"])
