"""Cleans text typed by people, and compares and shows it."""

import re
from unicodedata import bidirectional, normalize

# Unicode categories Cc (but newline and tab) and Cs, and the two non-characters.
_UNSTORABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
# Soft hyphen, zero-width characters, bidirectional controls, variation selectors and others that
# have no width of their own.
INVISIBLE = (
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e"
    "\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff9-\ufffb\U000e0000-\U000e0fff"
)
# Accents and strokes of Latin, Greek and Cyrillic, vowel points of Hebrew and Arabic. Marks that
# are letters in their script, such as the vowel signs of Hindi, stay.
_MARKS = (
    "\u0300-\u036f\u0483-\u0489\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7"
    "\u0610-\u061a\u064b-\u065f\u0670\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f"
)
_UNSEEN = re.compile(f"[{INVISIBLE}{_MARKS}]")
_UNPRINTABLE = re.compile(rf"(?![\n\t])[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff{INVISIBLE}]")
_LOST = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_WORD = re.compile(r"[^\s<>()\[\],;:\"']+")
_LINE_SEPARATORS = str.maketrans("\u2028\u2029", "\n\n")
_REORDERING = dict.fromkeys([*range(0x202A, 0x202F), *range(0x2066, 0x206A)])
_RIGHT_TO_LEFT = {"R", "AL", "AN"}


def clean(typed: str) -> str:
    """Return `typed` without characters that databases, emails or spreadsheets reject.

    Removed are NUL (PostgreSQL), other control characters (XLSX), lone surrogates and the
    non-characters U+FFFE and U+FFFF. Line endings become a single newline.
    """
    return _UNSTORABLE.sub("", typed.replace("\r\n", "\n").replace("\r", "\n"))


def has_unstorable(typed: str) -> bool:
    """Return whether `clean` removes characters of `typed` other than line endings."""
    return not typed.isprintable() and bool(_LOST.search(typed))


def without_addresses(text: str) -> str:
    """Return `text` on one line without email addresses, for logs."""
    # A pattern with @ in the middle would try every start of a long word: quadratic time.
    return _WORD.sub(lambda word: "…" if "@" in word[0][1:-1] else word[0], one_line(text))


def one_line(typed: str) -> str:
    """Return `typed` cleaned and trimmed, with each run of white space as one space."""
    # Printable text has no other white space than spaces, and nothing to clean.
    if typed.isprintable() and "  " not in typed:
        return typed.strip(" ")
    return " ".join(clean(typed).split())


def folded(text: str) -> str:
    """Return `text` for comparisons: two texts that look alike give the same result.

    Case, accents, compatibility forms (Unicode NFKD), soft hyphens and other invisible characters
    are ignored, so "strasse" equals "STRASSE" and "Straße", and "muller" equals "Müller".
    """
    if text.isascii():
        return text.lower()
    plain = normalize("NFKD", normalize("NFKD", text).casefold())
    return _UNSEEN.sub("", plain)


def visible(text: str) -> str:
    """Return `text` for a terminal, with escapes such as \\u202e for characters without a glyph.

    Line breaks and tabs stay.
    """
    return _UNPRINTABLE.sub(lambda found: ascii(found[0])[1:-1], text)


def isolated(text: str) -> str:
    """Return `text` so that it cannot reorder the text around it; line breaks stay.

    Embeddings, overrides and isolates are removed. A line with right-to-left letters or marks is
    enclosed in U+2068 and U+2069, which have the effect of <bdi> in plain text and HTML
    (https://www.unicode.org/reports/tr9/#Explicit_Directional_Isolates).
    """
    shown = clean(text.translate(_LINE_SEPARATORS)).translate(_REORDERING)
    if shown.isascii():
        return shown
    return "\n".join(
        f"\u2068{line}\u2069" if _RIGHT_TO_LEFT & set(map(bidirectional, line)) else line
        for line in shown.split("\n")
    )


def counted(number: int, one: str, many: str) -> str:
    """Return the number with the noun that goes with it, such as "1 case" or "2 cases"."""
    return f"{number} {one if number == 1 else many}"
