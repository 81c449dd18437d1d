"""What may be stored of what people type: the border between hostile text and our tables."""

import unicodedata

_KEPT_CONTROLS = frozenset("\n\t")


def clean(typed: str) -> str:
    """Return `typed` without characters no table, mail or spreadsheet can carry.

    Dropped: NUL and other control characters (PostgreSQL refuses NUL, XLSX the rest), lone
    surrogates and the non-characters U+FFFE and U+FFFF. Line ends become a single newline.
    """
    unified = typed.replace("\r\n", "\n").replace("\r", "\n")
    return "".join(character for character in unified if _may_be_stored(character))


def one_line(typed: str) -> str:
    """Return `typed` cleaned, with every run of white space as one blank and none at the ends."""
    return " ".join(clean(typed).split())


def _may_be_stored(character: str) -> bool:
    if character in _KEPT_CONTROLS:
        return True
    return unicodedata.category(character) not in ("Cc", "Cs") and character not in "\ufffe\uffff"
