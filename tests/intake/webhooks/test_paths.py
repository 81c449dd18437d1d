"""Paths to values in payloads."""

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedback_app.intake.webhooks.paths import PathError, PayloadPath, with_request_data
from tests.support.office import NOW

PAYLOAD = {
    "issue": {"key": "A-1", "fields": {"labels": ["x", "y"], "status": None, "n": 0, "f": 1.5}},
    "items": [{"field": "labels"}, {"field": "status", "to": "Done", "id": 7}],
    "closed": True,
    "numbers": {"whole": 12.0, "zero": -0.0, "large": 1e22, "endless": 1e999, "none": math.nan},
    "event": "{status:{from:4,to:5}}",
    "person": {"type": "user", "email": "user@customer.example"},
    "empty": "",
}


def read(path: str, payload: Any = PAYLOAD) -> str:
    return PayloadPath.parse(path).read(payload)


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("issue.key", "A-1"),
        ("issue.fields.labels[1]", "y"),
        ("issue.fields.labels[2]", ""),
        ("issue.fields.labels", "x\ny"),
        ("issue.fields.labels[*]", "x\ny"),
        ("items[*].field", "labels\nstatus"),
        ("items[*].id", "7"),
        ("items", ""),
        ("issue[*].key|items[*].none|issue.key", "A-1"),
        ("issue.fields.n", "0"),
        ("issue.fields.f", "1.5"),
        ("issue.fields.status", ""),
        ("issue.fields.status.name", ""),
        ("issue.fields", ""),
        ("items[field=status].to", "Done"),
        ("items[id=7].field", "status"),
        ("numbers.whole", "12"),
        ("numbers.zero", "0"),
        ("numbers.large", "10000000000000000000000"),
        ("numbers.endless", ""),
        ("numbers.endless|issue.key", "A-1"),
        ("numbers.none", ""),
        ("items[field=none].to", ""),
        ("items[0].field", "labels"),
        ("items.field", ""),
        ("closed", "true"),
        ("event", "{status:{from:4,to:5}}"),
        ("event.status.to", ""),
        ("person[type=user].email", "user@customer.example"),
        ("person[type=admin].email", ""),
        ("person[type=admin].email|issue.key", "A-1"),
        ("person[0].email", ""),
        ("empty|issue.key", "A-1"),
        ("nothing | empty | issue.fields.n", "0"),
    ],
)
def test_a_path_returns_a_text(path: str, text: str) -> None:
    assert read(path) == text


@pytest.mark.parametrize("path", ["", "|", "a..b", ".a", "a.", "a[", "a[]", "a[x]", "a]b", "a[0]b"])
def test_an_invalid_path_is_refused_with_an_example(path: str) -> None:
    with pytest.raises(PathError, match=r"write one such as issue\.key"):
        PayloadPath.parse(path)


def test_a_payload_cannot_forge_time_and_headers() -> None:
    fake = {"@received": "1999-01-01T00:00:00Z", "@header": {"x-id": "fake"}}
    payload = with_request_data(fake, {"X-ID": "real"}, NOW)
    assert read("@received", payload) == "2026-11-24T12:00:00Z"
    assert read("@header.X-Id", payload) == "real"


@given(st.text(max_size=30))
def test_any_text_is_a_path_or_is_refused(text: str) -> None:
    try:
        path = PayloadPath.parse(text)
    except PathError:
        return
    assert isinstance(path.read(PAYLOAD), str)
