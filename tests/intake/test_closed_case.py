"""Text values to a closed case, every fault named with its field."""

from datetime import timedelta
from email import message_from_bytes
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP, default
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedback_app.base.times import to_text
from feedback_app.intake.closed_case import MAX_TEXT, CaseReader, loses_characters
from feedback_app.intake.dates import DateReader
from feedback_app.intake.errors import InvalidCaseError
from feedback_app.intake.mapping import FIELDS
from tests.support.office import NOW

READER = CaseReader(
    case_kinds=("software", "security"),
    closure_reasons=("confirmed", "no_reply", "other"),
    dates=DateReader(ZoneInfo("Europe/Berlin")),
    now=NOW,
)
LEAST = {"source": "desk", "case_number": "00012", "closed_at": "2026-11-24T09:00Z"}


def _faults(**values: str) -> dict[str, str]:
    with pytest.raises(InvalidCaseError) as caught:
        READER.read({**LEAST, **values})
    return {fault.field: fault.reason for fault in caught.value.errors}


def test_a_minimal_closed_case_keeps_its_leading_zeros() -> None:
    case = READER.read(LEAST)
    assert (case.case_number, case.case_id, case.closure_key) == ("00012", "00012", "")
    assert case.contact_email is case.case_kind is case.opened_at is None


def test_every_field_is_read() -> None:
    case = READER.read(
        {
            **LEAST,
            "case_id": "id-1",
            "closure_key": "c9",
            "case_kind": "Software",
            "case_url": "https://desk.example/12?x=ü",
            "opened_at": "2026-11-20T09:00Z",
            "first_response_at": "2026-11-20T09:30Z",
            "closure_reason": "no_reply",
            "customer": " A   customer\tfor tests ",
            "team": "A",
            "contact_email": "name+tag@customer.example",
            "language": "de_AT",
            "first_response_seconds": "1800",
            "resolution_seconds": "0",
            "duration_clock": "business",
            "subject": "Checkout\nfails " + "x" * 200,
        }
    )
    assert all(getattr(case, name) is not None for name in FIELDS)
    assert case.subject == "Checkout fails " + "x" * 104 + "…"
    assert (case.case_kind, case.language) == ("software", "de-at")
    assert case.customer == "A customer for tests"
    assert (case.first_response_seconds, case.resolution_seconds) == (1800, 0)


def test_all_errors_of_a_row_are_reported_together() -> None:
    faults = _faults(closed_at="30/2/2016", case_kind="hardware", contact_email="nobody")
    assert set(faults) == {"closed_at", "case_kind", "contact_email"}


@pytest.mark.parametrize("name", ["case_number", "closed_at", "source"])
def test_a_missing_or_blank_required_value_is_reported(name: str) -> None:
    assert name in _faults(**{name: ""})
    values = {field: text for field, text in LEAST.items() if field != name}
    with pytest.raises(InvalidCaseError, match=f"{name}: is empty"):
        READER.read(values)


def test_a_number_without_storable_characters_counts_as_empty() -> None:
    assert _faults(case_number="\x00\x07") == {"case_number": "is empty"}


def test_an_unknown_word_is_reported_with_the_allowed_ones() -> None:
    assert (
        _faults(case_kind="hardware")["case_kind"] == "'hardware' is not one of software, security"
    )
    assert "confirmed, no_reply, other" in _faults(closure_reason="done")["closure_reason"]
    assert "calendar, business" in _faults(duration_clock="wall")["duration_clock"]


@pytest.mark.parametrize(
    "address",
    [
        "nobody",
        "a@b",
        "a@@b.example",
        "a@b.example, c@d.example",
        "Name <a@b.example>",
        "a b@c.example",
        "a@b.example\nBcc: c@d.example",
        "a@b.example\r\n",
        ".a@b.example",
        "a..b@c.example",
        '"a b"@c.example',
        "a@-b.example",
        "a@b.example.",
        "a@[127.0.0.1]",
        "jürgen@customer.example",
        "a\x00@b.example",
        f"{'a' * 250}@b.example",
        "=?utf-8?q?a?=@b.example",
    ],
)
def test_only_a_single_plain_address_is_accepted(address: str) -> None:
    assert "is not a plain email address" in _faults(contact_email=address)["contact_email"]


def test_a_domain_with_umlauts_is_stored_in_ascii() -> None:
    case = READER.read({**LEAST, "contact_email": "info@müller.example"})
    assert case.contact_email == "info@xn--mller-kva.example"


_ATOMS = st.text("abZ09!#$%&'*+/=?^_`{|}~-.", min_size=1, max_size=30)
_WORDS = st.sampled_from(["=?utf-8?q?", "=?utf-8?b?", "=?", "?=", "a", ".", "=41"])
_LOCAL_PARTS = _ATOMS | st.lists(_WORDS, min_size=1, max_size=6).map("".join)


@given(st.emails() | _LOCAL_PARTS.map(lambda local: f"{local}@b.example"))
def test_an_accepted_address_is_unchanged_in_an_email_header(address: str) -> None:
    try:
        taken = READER.read({**LEAST, "contact_email": address}).contact_email
    except InvalidCaseError:
        return
    mail = EmailMessage(policy=SMTP.clone(cte_type="7bit"))
    mail["To"] = Address(addr_spec=taken or "")
    assert message_from_bytes(mail.as_bytes(), policy=default)["To"] == address


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "data:text/html,x",
        "//desk.example/1",
        "desk.example/1",
        "https://",
        "http://[",
        "https://desk.example/a b",
        "https://desk.example/\x00",
        "https://desk.example/\u202egpj",
        "java\nscript:x",
        f"https://desk.example/{'a' * 2000}",
    ],
)
def test_only_web_addresses_are_accepted_as_case_links(url: str) -> None:
    assert "https://" in _faults(case_url=url)["case_url"]


@pytest.mark.parametrize("language", ["German", "d", "de-", "de;DROP", "de\nx", "ä"])
def test_a_language_must_be_a_language_tag(language: str) -> None:
    assert "is not a language tag" in _faults(language=language)["language"]


@pytest.mark.parametrize("seconds", ["-1", "1.5", "1e3", "٣", "", "9" * 10, "9" * 5000, "0x1"])
def test_seconds_must_be_a_whole_number_within_the_limit(seconds: str) -> None:
    faults = _faults(resolution_seconds=seconds, duration_clock="business")
    assert "whole number of seconds" in faults["resolution_seconds"]


def test_seconds_require_their_clock() -> None:
    assert "calendar or business" in _faults(resolution_seconds="5")["duration_clock"]


@pytest.mark.parametrize("name", ["case_number", "case_id", "customer", "team", "closure_key"])
def test_a_cell_of_a_megabyte_is_refused_and_shortened_in_the_message(name: str) -> None:
    reason = _faults(**{name: "x" * 1_000_000})[name]
    assert reason == f"has 1000000 characters, but at most {MAX_TEXT} are allowed"
    assert len(_faults(contact_email="x" * 1_000_000)["contact_email"]) < 200


def test_a_closing_slightly_in_the_future_is_accepted_but_not_one_next_week() -> None:
    ahead = (NOW + timedelta(hours=23)).isoformat()
    assert READER.read({**LEAST, "closed_at": ahead}).closed_at > NOW
    later = (NOW + timedelta(hours=25)).isoformat()
    assert "in the future" in _faults(closed_at=later)["closed_at"]


def test_no_duration_is_negative() -> None:
    after, before = "2026-11-24T09:00:01Z", "2026-11-01T00:00Z"
    assert _faults(opened_at=after) == {"opened_at": "is after closed_at"}
    assert _faults(first_response_at=after) == {"first_response_at": "is after closed_at"}
    faults = _faults(opened_at="2026-11-02T00:00Z", first_response_at=before)
    assert faults == {"first_response_at": "is before opened_at"}


def test_texts_become_one_line_of_storable_characters() -> None:
    case = READER.read({**LEAST, "customer": "a\x00\r\nb\ud800c", "case_number": "1\n2"})
    assert (case.customer, case.case_number) == ("a bc", "1 2")


def test_removed_characters_are_reported_but_not_line_endings() -> None:
    assert loses_characters(["fine", "a\x00b"])
    assert not loses_characters(["a\r\nb", "c\td"])


@given(st.dictionaries(st.sampled_from(FIELDS), st.text(st.characters())))
def test_any_values_give_a_case_or_reported_errors(values: dict[str, str]) -> None:
    try:
        case = READER.read({**LEAST, **values})
    except InvalidCaseError as error:
        assert all(fault.field in FIELDS and fault.reason for fault in error.errors)
    else:
        assert case.case_number and case.source and case.closed_at.tzinfo


@pytest.mark.parametrize(
    ("opened", "responded", "closed", "closed_at"),
    [
        ("2026-10-25T02:50", "", "2026-10-25T02:10", "2026-10-25T01:10:00Z"),
        ("2026-10-25T02:50", "2026-10-25T02:10", "2026-10-25T02:40", "2026-10-25T01:40:00Z"),
        ("2026-10-25T02:10", "", "2026-10-25T02:50", "2026-10-25T00:50:00Z"),
        ("2026-10-25T00:55Z", "", "2026-10-25T02:10", "2026-10-25T01:10:00Z"),
    ],
)
def test_a_case_in_the_hour_that_occurs_twice_is_accepted(
    opened: str, responded: str, closed: str, closed_at: str
) -> None:
    values = {"opened_at": opened, "first_response_at": responded, "closed_at": closed}
    given = {name: text for name, text in values.items() if text}
    case = READER.read({**LEAST, **given})
    assert to_text(case.closed_at) == closed_at


def test_times_in_the_wrong_order_are_refused_in_the_hour_that_occurs_twice_too() -> None:
    values = {"opened_at": "2026-10-25T03:10", "closed_at": "2026-10-25T02:50"}
    assert _faults(**values) == {"opened_at": "is after closed_at"}
