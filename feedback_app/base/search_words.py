"""Words of texts for the full-text search: how they are compared, and where they are."""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from unicodedata import category, name

from feedback_app.base.redaction import WITHOUT_SPACES, by_place, end_of_character
from feedback_app.base.text import folded

_WORD = re.compile("[a-z0-9\x80-\U0010ffff]+")
# Korean attaches particles to the ends of words, so their beginnings are found.
_WITHOUT_SPACES = tuple(script for script in WITHOUT_SPACES if script != "HANGUL")
_LONGEST = 64
_MOST = 12
_BEFORE, _SHOWN = 60, 240


def words_of(text: str) -> list[str]:
    """Return the distinct words of `text`, folded, in order.

    A word is a run of letters and digits, at most 64 characters. In scripts without spaces, each
    character is a word.
    """
    letters = folded(text)
    spaced = letters if letters.isascii() else "".join(map(_spaced, letters))
    return list(dict.fromkeys(word[:_LONGEST] for word in _WORD.findall(spaced)))


def wanted_words(typed: str) -> list[str]:
    """Return the first 12 distinct words that somebody typed to search for."""
    return words_of(typed)[:_MOST]


def matches(word: str, wanted: str) -> bool:
    """Return whether `word` begins with `wanted`; a single character must be the whole word."""
    return word.startswith(wanted) if len(wanted) > 1 else word == wanted


def contains(words: Sequence[str], wanted: Sequence[str]) -> bool:
    """Return whether every wanted word matches one of `words`."""
    return all(any(matches(word, one) for word in words) for one in wanted)


def excerpt(text: str, wanted: Sequence[str]) -> list[tuple[str, bool]]:
    """Return about 240 characters of `text` around the first hit, in pieces, hits marked True."""
    spans = [
        (start, end)
        for word, start, end in _places(text)
        if any(matches(word, one) for one in wanted)
    ]
    begin = max(0, spans[0][0] - _BEFORE) if spans else 0
    if begin:
        begin = text.rfind(" ", 0, begin + 1) + 1 or begin
    finish = min(len(text), begin + _SHOWN)
    pieces, place = [("… " if begin else "", False)], begin
    for start, end in spans:
        if place <= start and end <= finish:
            pieces += [(text[place:start], False), (text[start:end], True)]
            place = end
    pieces += [(text[place:finish], False), (" …" if finish < len(text) else "", False)]
    return [piece for piece in pieces if piece[0]]


def _places(text: str) -> Iterator[tuple[str, int, int]]:
    """Yield the words of `text`, each with its start and end."""
    letters, places = by_place(text)
    start = 0
    for at, letter in enumerate(f"{letters} "):
        spaced = _spaced(letter)
        if spaced == letter != " ":
            continue
        for word_start, word_end in ((start, at), (at, at + len(spaced) // 3)):
            if word_start < word_end:
                end = end_of_character(text, places[word_end - 1])
                yield letters[word_start:word_end], places[word_start], end
        start = at + 1


@lru_cache(maxsize=4096)
def _spaced(letter: str) -> str:
    """Return a letter or digit, with spaces if it is a word; for other characters a space."""
    if not letter.isalnum() and category(letter)[0] != "M":
        return " "
    return f" {letter} " if name(letter, "").startswith(_WITHOUT_SPACES) else letter
