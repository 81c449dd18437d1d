"""A reversible guard against CSV injection: spreadsheets execute cells that look like formulas.

https://owasp.org/www-community/attacks/CSV_Injection describes the attack. A cell can begin at the
start of the text and after a line break, tab, comma or semicolon in it, because a spreadsheet set
to another separator splits there. A formula begins with one of = + - @ or their full-width forms,
and spaces, quotes or invisible characters may precede it. The guard is an apostrophe at the start
of such a cell and at the start of the text. Where one is already, a second one is added, so that
removing one from each place restores the text.
"""

import re

_SIGNS = r"=+\-@＝＋－＠﹦﹢﹣﹫"
_QUOTES = r"\"'`´“”„‟«»‘’‚‛‹›＂＇"
_UNSEEN = (
    rf"[\s{_QUOTES}\u00ad\u034f\u061c\u180e\u200b-\u200f\u202a-\u202e"
    r"\u2060-\u206f\ufe00-\ufe0f\ufeff]"
)
_FORMULA = re.compile(
    rf"\A(?={_UNSEEN}*[{_SIGNS}\t\n\r]|')"
    rf"|(?<=[\n\r\t,;])(?=(?:(?![\n\r\t]){_UNSEEN})*[{_SIGNS}]|')"
)
# Finds at least what _FORMULA finds in one line that does not start with a formula.
_INSIDE = re.compile(rf"[,;](?:{_UNSEEN}*[{_SIGNS}]|')")
_GUARD = re.compile(r"(?:\A|(?<=[\n\r\t,;]))'")


def needs_no_guard(text: str) -> bool:
    """Return whether `text` is one line that starts with a letter or digit and has no formula."""
    return text[0].isalnum() and text.isprintable() and not _INSIDE.search(text)


def guarded(text: str) -> str:
    """Return `text` as a cell that no spreadsheet reads as a formula."""
    harmless = _FORMULA.sub("'", text)
    is_marked = harmless == text or _FORMULA.match(text)
    return harmless if is_marked else f"'{harmless}"


def unguarded(cell: str) -> str:
    """Return the text that `guarded` was given."""
    return _GUARD.sub("", cell)
