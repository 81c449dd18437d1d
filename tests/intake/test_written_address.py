"""Email addresses as people write them."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedback_app.intake.written_address import plain_address
from support_facts import is_email_address


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("kim@customer.example", "kim@customer.example"),
        ("Kim Example <kim@customer.example>", "kim@customer.example"),
        ('"Example, Kim" <kim@customer.example>', "kim@customer.example"),
        ("kim@customer.example; lee@customer.example", "kim@customer.example"),
        ("kim@customer.example,lee@customer.example", "kim@customer.example"),
        ("mailto:kim@customer.example", "kim@customer.example"),
        ("<mailto:kim@customer.example?subject=Hi>", "kim@customer.example"),
        ("kim@customer.example (Kim)", "kim@customer.example"),
        ("'kim@customer.example'", "kim@customer.example"),
        ("'o'hara@customer.example'", "o'hara@customer.example"),
        ("“kim@customer.example”", "kim@customer.example"),
        ("kim@customer.example.", "kim@customer.example"),
        ("\u200bkim@customer.example", "kim@customer.example"),
        ("<mailto:kim@customer.example|kim@customer.example>", "kim@customer.example"),
        ("email:kim@customer.example", "kim@customer.example"),
        ("SMTP:kim@customer.example", "kim@customer.example"),
        ("[Kim](mailto:kim@customer.example)", "kim@customer.example"),
        ("info@bäckerei.example", "info@xn--bckerei-5wa.example"),
        ("o&#39;hara@customer.example", "o'hara@customer.example"),
        ("Kim &lt;kim@customer.example&gt;", "kim@customer.example"),
        ("kim@customer.example\r\nBcc: lee@customer.example", "kim@customer.example"),
    ],
)
def test_an_address_is_found_in_what_people_write(text: str, address: str) -> None:
    assert plain_address(text) == address


@pytest.mark.parametrize("text", ["-", "n/a", "", "kim", "kim@", "@b.example", "=?utf-8?q?a?=@b.c"])
def test_a_text_without_address_stays_as_it_is(text: str) -> None:
    assert plain_address(text) == text


@given(st.emails(), st.text(max_size=10), st.sampled_from(["{}", "<{}>", "mailto:{}", " {} "]))
def test_every_result_is_an_address_in_ascii_or_the_text(
    address: str, more: str, shape: str
) -> None:
    text = f"{more}{shape.format(address)}"
    assert plain_address(text) == text or is_email_address(plain_address(text))


def test_an_address_is_read_in_linear_time_whatever_surrounds_it() -> None:
    start = time.perf_counter()
    for unit in ("<", "< ", "<\t", " ", "a@", "<a@", "@ <" + " " * 1990):
        plain_address(f"@{unit * (1990 // len(unit))}x")
    assert time.perf_counter() - start < 1
