"""Redaction of words in comments, notes and decisions."""

import re
from functools import lru_cache
from typing import NamedTuple
from unicodedata import combining, name

from feedback_app.base.text import folded

REDACTED = "▇▇▇"
# A customer may have typed the character too, next to redacted words.
_REDACTED_PART = re.compile(f"{REDACTED[0]}{{{len(REDACTED)},}}")
# Scripts that do not separate words with spaces, or attach particles to names, as Korean does.
WITHOUT_SPACES = ("CJK", "HIRAGANA", "KATAKANA", "HANGUL", "THAI", "LAO", "KHMER", "MYANMAR")


class WantedWords(NamedTuple):
    """Words to redact; `inside_words` also finds them as a part of longer words."""

    text: str
    inside_words: bool = False


def find(text: str, words: WantedWords) -> list[tuple[int, int]]:
    """Return where `words` are in `text`: start and end of each occurrence, in order.

    Texts are compared as `folded` does, so case, accents and invisible characters are ignored, and
    so is the kind of white space between words. Redaction characters at the ends of `words` are
    ignored.
    """
    parts = [re.escape(part) for part in folded(words.text.strip(REDACTED)).split()]
    if not parts:
        return []
    letters, places = by_place(text)
    spans = []
    for found in re.finditer(r"\s+".join(parts), letters):
        if words.inside_words or all(_is_edge(letters, place) for place in found.span()):
            spans.append((places[found.start()], end_of_character(text, places[found.end() - 1])))
    return _without_overlaps(spans)


def redact(text: str, words: WantedWords) -> str:
    """Return `text` with every occurrence of `words` redacted."""
    for start, end in reversed(find(text, words)):
        text = f"{text[:start]}{REDACTED}{text[end:]}"
    return text


def marked(text: str, words: WantedWords) -> list[tuple[str, bool]]:
    """Return the pieces of `text` in order, each with whether it would be redacted."""
    pieces, place = [], 0
    for start, end in find(text, words):
        pieces += [(text[place:start], False), (text[start:end], True)]
        place = end
    return [piece for piece in (*pieces, (text[place:], False)) if piece[0]]


def matches_redacted(redacted: str, text: str) -> bool:
    """Return whether `redacted` equals `text` or can result from redacting parts of it.

    Runs in linear time for every input.
    """
    first, *others = _REDACTED_PART.split(redacted)
    if not others:
        return redacted == text
    *between, last = others
    if len(first) + len(last) > len(text) or not text.startswith(first):
        return False
    place, end = len(first), len(text) - len(last)
    for piece in between:
        found = text.find(piece, place, end)
        if found < 0:
            return False
        place = found + len(piece)
    return text.endswith(last)


def by_place(text: str) -> tuple[str, list[int]]:
    """Return the folded letters of `text`, and the index in `text` that each comes from."""
    letters, places = [], []
    for place, character in enumerate(text):
        for letter in _letters(character):
            letters.append(letter)
            places.append(place)
    return "".join(letters), places


@lru_cache(maxsize=4096)
def _letters(character: str) -> str:
    return folded(character)


def end_of_character(text: str, last: int) -> int:
    """Return the end of the character at `last`, with its accents and invisible characters."""
    end = last + 1
    while end < len(text) and (combining(text[end]) or not _letters(text[end])):
        end += 1
    return end


def _is_edge(letters: str, place: int) -> bool:
    """Return whether a word can begin or end at this index."""
    is_inside = 0 < place < len(letters)
    return not (is_inside and _joins(letters[place - 1]) and _joins(letters[place]))


def _joins(character: str) -> bool:
    is_letter = character.isalnum() or character == "_"
    return is_letter and not name(character, "").startswith(WITHOUT_SPACES)


def _without_overlaps(spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return the spans without those that begin inside the one before."""
    kept: list[tuple[int, int]] = []
    for start, end in spans:
        if not kept or start >= kept[-1][1]:
            kept.append((start, end))
    return kept
