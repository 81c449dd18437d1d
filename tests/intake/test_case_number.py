"""Case numbers as spreadsheets change them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedback_app.intake.case_number import case_number, lookup_key, may_be_rounded

SPACES = st.sampled_from([" ", "\u00a0", "\u2009", "\u202f", "\u2007", "\u3000"])
NUMBERS = st.integers(1, 10**14).map(str)


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ('="00042"', "00042"),
        ("'00042", "00042"),
        ("42.0", "42"),
        ("42,00", "42"),
        ("52 267", "52267"),
        ("1,234,567", "1234567"),
        ("12’345", "12345"),
        ("1 23 456", "123456"),
        ("\u200b00042\ufeff", "00042"),
        (" 7 ", "7"),
        ("52.267", "52.267"),
        ("20 26", "20 26"),
        ("SUP 42", "SUP 42"),
        ("SUP-1", "SUP-1"),
        ("5e10", "5e10"),
        ("=1", "=1"),
        ("0.42.0", "0.42.0"),
        ("", ""),
    ],
)
def test_a_number_is_recognised_however_a_spreadsheet_wrote_it(text: str, meant: str) -> None:
    assert case_number(text) == meant


@given(NUMBERS, SPACES)
def test_groups_of_digits_are_one_number_with_any_space(number: str, space: str) -> None:
    grouped = f"{int(number):,}".replace(",", space)
    assert case_number(grouped) == number


@given(
    st.from_regex(r"[A-Z]{0,4}-?[0-9]{1,12}", fullmatch=True),
    st.sampled_from(["{}", '="{}"', "'{}", " {} ", "{}\u00a0", "\u200b{}"]),
)
def test_what_a_spreadsheet_adds_does_not_change_the_number(number: str, shape: str) -> None:
    assert case_number(shape.format(number)) == number == case_number(number)


@given(st.text(max_size=30))
def test_the_number_of_a_number_is_the_same_number(text: str) -> None:
    try:
        once = case_number(text)
    except ValueError:
        return
    if not once.startswith(("'", '="')):
        assert lookup_key(once) == once


@pytest.mark.parametrize("text", ["2.02611E+15", "2,02611e+15", "2E+15", '="2.02611E+15"'])
def test_a_rounded_number_is_refused_with_the_way_out(text: str) -> None:
    with pytest.raises(ValueError, match="spreadsheet rounded.*export it again.*as text"):
        case_number(text)
    assert "E+15" in lookup_key(text).upper()


def test_only_digits_beyond_those_that_excel_stores_look_rounded() -> None:
    assert may_be_rounded("2026110000000000")
    assert not may_be_rounded("202611000000000")
    assert not may_be_rounded("2026110000000001")
    assert not may_be_rounded("SUP-2026110000000000")
