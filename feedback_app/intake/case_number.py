"""Case numbers as spreadsheets change them, and the number that was meant."""

import re

from feedback_app.base.text import one_line
from feedback_app.intake.errors import quoted

# Excel stores 15 digits of a number: https://support.microsoft.com/office/ (specifications and
# limits). The rest becomes zeros.
EXCEL_DIGITS = 15

_UNSEEN = re.compile("[\u00ad\u200b\u200e\u200f\u2060\ufeff]")
_FORMULA_TEXT = re.compile(r'="(.*)"')
_DECIMAL = re.compile(r"([0-9]+)[.,]0{1,2}")
_GROUPED = re.compile(r"[0-9]{1,3}([ ,'’])(?:[0-9]{2,3}\1)*[0-9]{3}")
_ROUNDED = re.compile(r"[0-9](?:[.,][0-9]+)?[eE]\+[0-9]+")
_GROUP_SIGNS = re.compile("[ ,'’]")
_PLAIN = re.compile(r"[A-Za-z0-9_#/-]*")


def case_number(text: str) -> str:
    """Return the case number that `text` means, with leading zeros, or "" if it is blank.

    Removed are the ways in which spreadsheets write text (="00042" and '00042), decimals (42.0)
    and signs between groups of digits (52 267). Raises ValueError for a number in scientific
    notation, because its last digits are lost.
    """
    if _PLAIN.fullmatch(text):
        return text
    found = one_line(_UNSEEN.sub("", text))
    if formula := _FORMULA_TEXT.fullmatch(found):
        found = formula[1].replace('""', '"').strip()
    if found.startswith("'") and any(sign.isalnum() for sign in found):
        found = found[1:].strip()
    if _ROUNDED.fullmatch(found):
        raise ValueError(
            f"{quoted(text)} is a number that a spreadsheet rounded, so its last digits are lost: "
            "export it again with this column formatted as text"
        )
    if decimal := _DECIMAL.fullmatch(found):
        return decimal[1]
    if _GROUPED.fullmatch(found):
        return _GROUP_SIGNS.sub("", found)
    return found


def lookup_key(text: str) -> str:
    """Return the case number that `text` means, to look up a stored case."""
    try:
        return case_number(text)
    except ValueError:
        return one_line(text)


def may_be_rounded(number: str) -> bool:
    """Return whether `number` has more digits than Excel stores, and all of these are zeros."""
    digits = number.strip("'=\" ")
    return (
        len(digits) > EXCEL_DIGITS and digits.isdecimal() and not digits[EXCEL_DIGITS:].strip("0")
    )
