"""The guard against formulas in spreadsheets, and how it comes off again."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedback_app.base.spreadsheet import guarded, unguarded

EDGES = ["=1+1", "-5", "'=x", "''-x", "+49", "@x", "\t=x", "'quoted'", "", "\r=x", "a\r=x"]


@given(st.text())
def test_a_guarded_cell_is_not_a_formula_and_can_be_restored(cell: str) -> None:
    assert not guarded(cell).startswith(("=", "+", "-", "@", "\t", "\r"))
    assert unguarded(guarded(cell)) == cell


@pytest.mark.parametrize("cell", EDGES)
def test_edge_cases_of_the_guard_can_be_restored(cell: str) -> None:
    assert unguarded(guarded(cell)) == cell


@given(st.one_of(st.text(), st.text(alphabet="=+-@＝＋－＠;,'\"\t\n\r ab\u200b")))
def test_no_formula_remains_wherever_a_cell_can_begin(text: str) -> None:
    cell = guarded(text)
    assert unguarded(cell) == text
    invisible = "\u00ad\u200b\u200c\u200d\u200e\u200f\u2060\ufeff"
    for part in re.split("[\n\r\t;]", cell):
        assert part.strip(f' "“”„«»‘’{invisible}').strip()[:1] not in tuple("=+-@＝＋－＠")


@pytest.mark.parametrize(
    "text",
    ["x;=1+1", "a\n=1+1", "x\t=1+1", "a\n'b", " =1", "\u00a0=1", "“=1", "`=1", "\u2066=1", "﹦1"],
)
def test_an_apostrophe_at_the_start_shows_that_a_cell_is_guarded_anywhere(text: str) -> None:
    assert guarded(text).startswith("'")
    assert unguarded(guarded(text)) == text


def test_harmless_text_stays_as_it_is() -> None:
    for text in ("00012345", "Fine, thanks - really: 2+2=4 @home", "it's", "a\nb;c\td", ""):
        assert guarded(text) == text
