"""Outbound messages: one parser, hostile XML refused."""

import pytest

from feedback_app.intake.webhooks.salesforce import (
    MAX_NOTIFICATIONS,
    BodyError,
    parse_notifications,
)
from tests.support.simulated_system import printed

MESSAGE = printed("xml", "salesforce-outbound")


def test_a_notification_is_read_like_a_callout() -> None:
    (found,) = parse_notifications(MESSAGE.encode())
    assert found["CaseNumber"] == "00000042"
    assert found["IsClosed"] == "true"
    assert found["OrganizationId"] == "00D000000000042EAA"
    assert found["NotificationId"] == "04l000000000042AAA"


def test_a_record_cannot_override_the_organisation() -> None:
    faked = MESSAGE.replace(
        "<sf:IsClosed>", "<sf:OrganizationId>other</sf:OrganizationId><sf:IsClosed>"
    )
    (found,) = parse_notifications(faked.encode())
    assert found["OrganizationId"] == "00D000000000042EAA"


ENTITY = '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;&a;">]>'
OUTSIDE = '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>'
HEAD = '<?xml version="1.0" encoding="UTF-8"?>'


@pytest.mark.parametrize(
    "start", [ENTITY, OUTSIDE, "<!DOCTYPE x>", '<!DOCTYPE x SYSTEM "http://x.example/">']
)
def test_document_types_and_entities_are_refused(start: str) -> None:
    hostile = MESSAGE.replace(HEAD, HEAD + start).replace("00000042", "&a;")
    with pytest.raises(BodyError, match="document types and entities are not allowed"):
        parse_notifications(hostile.encode())


def _many(count: int) -> str:
    start = MESSAGE.index("<Notification>")
    end = MESSAGE.index("</notifications>")
    return MESSAGE[:start] + MESSAGE[start:end] * count + MESSAGE[end:]


def test_more_than_a_hundred_notifications_are_refused() -> None:
    assert len(parse_notifications(_many(MAX_NOTIFICATIONS).encode())) == MAX_NOTIFICATIONS
    for count in (0, MAX_NOTIFICATIONS + 1):
        with pytest.raises(BodyError, match="1 to 100 notifications"):
            parse_notifications(_many(count).encode())


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"", "not valid XML"),
        (b"{}", "not valid XML"),
        (b"<a>", "not valid XML"),
        (b"\xff\xfe<", "not valid XML"),
        (b'<?xml version="1.0" encoding="klingon"?><a/>', "not valid XML"),
        (b"<a/>", "no notifications"),
        (b"<a>" * 300_000, "not valid XML"),
        (b"<a>" * 300_000 + b"</a>" * 300_000, "no notifications"),
        (MESSAGE.replace("http://soap.sforce.com", "http://other.example").encode(), "no notif"),
        (MESSAGE.replace("sObject", "other").encode(), "no sObject"),
    ],
)
def test_anything_but_an_outbound_message_is_refused(body: bytes, said: str) -> None:
    with pytest.raises(BodyError, match=said):
        parse_notifications(body)
