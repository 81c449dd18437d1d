"""Redaction is permanent, and the original text is recognised if it is sent again."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from feedback_app.base.redaction import (
    REDACTED,
    WantedWords,
    find,
    marked,
    matches_redacted,
    redact,
)

# Few signs, so that words turn up in texts, and the sign itself, which customers may type too.
texts = st.text(alphabet="aAbİß. \n▇", max_size=40) | st.text(max_size=40)


@given(texts, st.lists(texts, max_size=3))
@example("▇xy▇", ["xy"])
@example("Mx Sample was slow", ["Mx Sample", "▇▇▇ was", "▇▇"])
def test_the_original_text_matches_after_any_redaction(text: str, words: list[str]) -> None:
    left = text
    for hidden in words:
        left = redact(left, WantedWords(hidden, inside_words=True))
        left = redact(left, WantedWords(hidden))
    assert matches_redacted(left, text)
    assert matches_redacted(left, left)


@given(texts.filter(lambda text: REDACTED not in text), texts)
def test_without_redaction_only_the_same_text_matches(text: str, other: str) -> None:
    assert matches_redacted(text, other) == (text == other)


@given(texts, texts, texts, texts)
def test_the_text_around_redactions_must_match_in_order(
    before: str, between: str, after: str, given_text: str
) -> None:
    """Compare with a simple recursive search."""

    def fits(pieces: list[str], text: str) -> bool:
        first, *others = pieces
        if not text.startswith(first):
            return False
        rest = text[len(first) :]
        return any(fits(others, rest[at:]) for at in range(len(rest) + 1)) if others else not rest

    pieces = [piece.replace("▇", "") for piece in (before, between, after)]
    black = REDACTED.join(pieces)
    for text in (given_text, "a".join(pieces), "".join(pieces), given_text.join(pieces)):
        assert matches_redacted(black, text) == fits(pieces, text)


def test_a_name_is_redacted_across_line_breaks_and_in_capitals() -> None:
    assert redact("Ask MX\n sample, or Mx Sample.", WantedWords("mx sample")) == "Ask ▇▇▇, or ▇▇▇."


def test_words_are_not_a_pattern_and_redaction_characters_are_ignored() -> None:
    assert redact("All of this stays.", WantedWords(".*")) == "All of this stays."
    assert redact("▇▇▇ stays", WantedWords("▇▇")) == "▇▇▇ stays"
    assert redact("▇▇▇ of a company", WantedWords("▇▇▇ of a")) == "▇▇▇ ▇▇▇ company"


def test_texts_with_many_redactions_are_compared_quickly() -> None:
    black = "a▇▇▇" * 20_000
    assert matches_redacted(black, "ab" * 20_000)
    assert not matches_redacted(black + "c", "ab" * 20_000)
    assert not matches_redacted(black, "ab" * 19_999)


@pytest.mark.parametrize(
    ("text", "words", "left"),
    [
        ("Jan in Januar, JAN!", "jan", "▇▇▇ in Januar, ▇▇▇!"),
        ("Frau Mu\u0308ller", "Müller", "Frau ▇▇▇"),
        ("Frau M\u00fcller", "Mu\u0308ller", "Frau ▇▇▇"),
        ("Frau Müller, Müllers", "muller", "Frau ▇▇▇, Müllers"),
        ("Herr Strauß", "STRAUSS", "Herr ▇▇▇"),
        ("Frau Mei\u00adner und J\u200ban", "Meiner", "Frau ▇▇▇ und J\u200ban"),
        ("J\u200ba\u2060n\u202e!", "Jan", "▇▇▇!"),
        ("Ｊａｎ and ﬁnn", "finn", "Ｊａｎ and ▇▇▇"),
        ("İnci called", "inci", "▇▇▇ called"),
        ("王さんは 김민수가", "김민수", "王さんは ▇▇▇가"),
        ("jan_x x-jan", "jan", "jan_x x-▇▇▇"),
    ],
)
def test_words_are_found_as_people_see_them_and_whole(text: str, words: str, left: str) -> None:
    assert redact(text, WantedWords(words)) == left


def test_parts_of_words_are_redacted_if_asked_for() -> None:
    assert redact("Müllers Januar", WantedWords("muller", inside_words=True)) == "▇▇▇s Januar"
    assert redact("Straße", WantedWords("s", inside_words=True)) == "▇▇▇tra▇▇▇e"


@given(texts, texts, st.booleans())
def test_the_marked_pieces_are_the_text_and_what_is_redacted(
    text: str, words: str, inside: bool
) -> None:
    wanted = WantedWords(words, inside)
    pieces = marked(text, wanted)
    assert "".join(piece for piece, _ in pieces) == text
    assert "".join(REDACTED if hit else piece for piece, hit in pieces) == redact(text, wanted)
    assert len(find(text, wanted)) == sum(hit for _, hit in pieces)


def test_long_texts_with_many_occurrences_are_redacted_quickly() -> None:
    assert redact("jan " * 20_000, WantedWords("Jan")) == "▇▇▇ " * 20_000
