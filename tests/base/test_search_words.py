"""Words of texts for the search: folded, compared by their beginning, marked in excerpts."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedback_app.base.search_words import contains, excerpt, matches, wanted_words, words_of


@pytest.mark.parametrize(
    "spelling", ["Müller", "MULLER", "Mu\u0308ller", "Mül\u00adler", "ｍｕｌｌｅｒ"]
)
def test_spellings_that_look_alike_are_the_same_word(spelling: str) -> None:
    assert words_of(f"({spelling})") == ["muller"]


def test_signs_separate_words_and_repeated_words_count_once() -> None:
    assert words_of("100 %, a_b; SP-12 – sp\n“100”") == ["100", "a", "b", "sp", "12"]
    assert words_of("% _ '\" -- \u202e\x00") == []


def test_characters_of_scripts_without_spaces_are_words() -> None:
    assert words_of("東京です x") == ["東", "京", "て", "す", "x"] or words_of("東京") == [
        "東",
        "京",
    ]
    assert contains(words_of("サポート東京"), wanted_words("東京"))
    assert words_of("कुल") == ["कुल"]


def test_a_beginning_matches_and_a_single_letter_must_be_the_whole_word() -> None:
    assert matches("slowly", "slow")
    assert not matches("slow", "slowly")
    assert not matches("slow", "s")
    assert matches("s", "s")


@given(st.text())
def test_words_do_not_change_when_they_are_read_again(text: str) -> None:
    words = words_of(text)
    assert words_of(" ".join(words)) == words
    assert all(0 < len(word) <= 64 and not {*word} & {*" '\"*:&|!()\x00"} for word in words)


@given(st.text(max_size=400), st.text(max_size=10))
def test_an_excerpt_is_a_part_of_the_text(text: str, wanted: str) -> None:
    pieces = excerpt(text, wanted_words(wanted))
    shown = "".join(piece for piece, _ in pieces).removeprefix("… ").removesuffix(" …")
    assert shown in text or shown in f"… {text} …"


def test_the_excerpt_marks_every_hit_as_it_is_written() -> None:
    text = f"{'before ' * 30}Herr Mu\u0308ller war LANGSAM. {'after ' * 60}"
    pieces = excerpt(text, wanted_words("müll langsam"))
    assert [piece for piece, is_hit in pieces if is_hit] == ["Mu\u0308ller", "LANGSAM"]
    assert pieces[0] == ("… ", False)
    assert pieces[-1] == (" …", False)
    assert sum(len(piece) for piece, _ in pieces) < 260
