"""Addresses are removed from log messages, in linear time."""

import re

from hypothesis import given
from hypothesis import strategies as st

from feedback_app.base.text import one_line, without_addresses

# The definition: quadratic, but obviously right for short texts.
_ADDRESS = re.compile(r"[^\s<>()\[\],;:\"']+@[^\s<>()\[\],;:\"']+")


@given(st.text("ab@ <>,:;\"'.é\n", max_size=30))
def test_it_removes_what_the_pattern_of_an_address_matches(text: str) -> None:
    assert without_addresses(text) == _ADDRESS.sub("…", one_line(text))


def test_a_very_long_text_takes_no_longer_than_reading_it() -> None:
    # A quadratic pattern would try 10¹³ characters, which takes hours.
    for text in ("a" * 5_000_000, "@" * 5_000_000, "a@b " * 1_000_000):
        assert "a@b" not in without_addresses(text)
