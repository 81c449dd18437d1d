"""The border between what people type and our tables."""

from hypothesis import given
from hypothesis import strategies as st

from feedback_app.base.text import (
    clean,
    folded,
    one_line,
    visible,
)


@given(st.text(st.characters()))
def test_cleaned_text_can_be_stored_everywhere(typed: str) -> None:
    kept = clean(typed)
    assert "\x00" not in kept
    assert not any(ord(character) < 32 and character not in "\n\t" for character in kept)
    kept.encode("utf-8")


@given(st.text(st.characters(exclude_categories=("Cc", "Cs", "Cn"))))
def test_ordinary_text_is_unchanged(typed: str) -> None:
    assert clean(typed) == typed


def test_line_endings_of_every_system_become_a_newline() -> None:
    assert clean("a\r\nb\rc\nd") == "a\nb\nc\nd"


def test_lone_surrogates_and_nul_are_dropped() -> None:
    assert clean("a\x00b\ud800c\ufffed") == "abcd"


def test_one_line_text_cannot_add_an_email_header() -> None:
    assert one_line(" a\r\nBcc: x\x0b\x00 ") == "a Bcc: x"


def test_texts_that_look_alike_are_folded_alike() -> None:
    assert folded("Straße") == folded("STRASSE") == folded("stras\u00adse")
    assert folded("M\u00fcller") == folded("Mu\u0308ller") == folded("muller")
    assert folded("कुल") != folded("कल"), "vowel signs are letters"
    assert folded("が") != folded("か")


def test_invisible_characters_are_shown_on_a_terminal() -> None:
    assert visible("a\u202eb\x1b[2J\u200b\n\tü") == "a\\u202eb\\x1b[2J\\u200b\n\tü"
