"""What counts as an email address."""

from email import message_from_bytes
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP, default

import pytest
from hypothesis import given
from hypothesis import strategies as st

from support_facts import is_email_address


@pytest.mark.parametrize(
    "address",
    [
        "name+tag@customer.example",
        "o'brien_1@mail.customer.example",
        "alerts@localhost",
        "support@xn--bcher-kva.example",
        "name@office.local",
        f"{'a' * 64}@b.example",
    ],
)
def test_addresses_that_are_accepted(address: str) -> None:
    assert is_email_address(address)


@pytest.mark.parametrize(
    "address",
    [
        "",
        "name",
        "name@",
        "@customer.example",
        "Name <name@customer.example>",
        "a@b.example,c@d.example",
        "a b@c.example",
        '"a b"@c.example',
        "a@[127.0.0.1]",
        "a@b.example\r\nBcc: c@d.example",
        "jürgen@customer.example",
        "a@bücher.example",
        "=?utf-8?q?a?=@b.example",
        f"a@{'b' * 250}.example",
    ],
)
def test_addresses_that_are_refused(address: str) -> None:
    assert not is_email_address(address)


_LOCAL_PARTS = st.text("abZ09!#$%&'*+/=?^_`{|}~-.", min_size=1, max_size=30)


@given(st.emails() | _LOCAL_PARTS.map(lambda local: f"{local}@b.example") | st.text())
def test_an_accepted_address_fits_an_email_header_unchanged(address: str) -> None:
    if not is_email_address(address):
        return
    mail = EmailMessage(policy=SMTP.clone(cte_type="7bit"))
    mail["To"] = Address(addr_spec=address)
    assert message_from_bytes(mail.as_bytes(), policy=default)["To"] == address
