"""Redaction is permanent, and the original text is recognised if it is sent again."""

from hypothesis import example, given
from hypothesis import strategies as st

from feedback_app.base.redaction import REDACTED, matches_redacted, redact

# Few signs, so that words turn up in texts, and the sign itself, which customers may type too.
texts = st.text(alphabet="aAbİß. \n▇", max_size=40) | st.text(max_size=40)


@given(texts, st.lists(texts, max_size=3))
@example("▇xy▇", ["xy"])
@example("Mx Sample was slow", ["Mx Sample", "▇▇▇ was", "▇▇"])
def test_the_original_text_matches_after_any_redaction(text: str, words: list[str]) -> None:
    left = text
    for hidden in words:
        left = redact(left, hidden)
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
    assert redact("Ask MX\n sample, or Mx Sample.", "mx sample") == "Ask ▇▇▇, or ▇▇▇."


def test_words_are_not_a_pattern_and_redaction_characters_are_ignored() -> None:
    assert redact("All of this stays.", ".*") == "All of this stays."
    assert redact("▇▇▇ stays", "▇▇") == "▇▇▇ stays"
    assert redact("▇▇▇ of a company", "▇▇▇ of a") == "▇▇▇ ▇▇▇ company"


def test_texts_with_many_redactions_are_compared_quickly() -> None:
    black = "a▇▇▇" * 20_000
    assert matches_redacted(black, "ab" * 20_000)
    assert not matches_redacted(black + "c", "ab" * 20_000)
    assert not matches_redacted(black, "ab" * 19_999)
