"""Salesforce Outbound Messages (SOAP 1.1) in the shape that its JSON callouts have."""

import io
from xml.etree.ElementTree import Element, ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import iterparse

from feedback_app.intake.json_body import DEEPEST

MOST_NOTIFICATIONS = 100
_ENVELOPE = "{http://schemas.xmlsoap.org/soap/envelope/}"
_OUTBOUND = "{http://soap.sforce.com/2005/09/outbound}"
ACKNOWLEDGED = (
    '<?xml version="1.0" encoding="UTF-8"?>'
    '<soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/"><soapenv:Body>'
    '<notificationsResponse xmlns="http://soap.sforce.com/2005/09/outbound"><Ack>true</Ack>'
    "</notificationsResponse></soapenv:Body></soapenv:Envelope>"
)


class SoapError(ValueError):
    """The body is no outbound message. The message says why."""


def parse_notifications(body: bytes) -> list[dict[str, str]]:
    """Return the object of each notification with OrganizationId and NotificationId beside.

    Raises SoapError for anything else, for document types and entities, and for a message nested
    too deep or with more than `MOST_NOTIFICATIONS`.
    """
    message = _root(body).find(f"{_ENVELOPE}Body/{_OUTBOUND}notifications")
    if message is None:
        raise SoapError("the body holds no notifications of an outbound message")
    organisation = message.findtext(f"{_OUTBOUND}OrganizationId", "")
    notifications = message.findall(f"{_OUTBOUND}Notification")
    if not 1 <= len(notifications) <= MOST_NOTIFICATIONS:
        raise SoapError(f"send 1 to {MOST_NOTIFICATIONS} notifications, not {len(notifications)}")
    return [
        {
            **_fields(one.find(f"{_OUTBOUND}sObject")),
            "OrganizationId": organisation,
            "NotificationId": one.findtext(f"{_OUTBOUND}Id", ""),
        }
        for one in notifications
    ]


def _root(body: bytes) -> Element:
    depth = 0
    root: Element | None = None
    try:
        for event, element in iterparse(io.BytesIO(body), ("start", "end"), forbid_dtd=True):
            root = element if root is None else root
            depth += 1 if event == "start" else -1
            if depth > DEEPEST:
                raise SoapError(f"the body is nested more than {DEEPEST} deep")
    except DefusedXmlException as error:
        raise SoapError("document types and entities are refused") from error
    except (ParseError, ValueError, LookupError) as error:
        if isinstance(error, SoapError):
            raise
        raise SoapError("the body is no XML") from error
    if root is None:
        raise SoapError("the body is no XML")
    return root


def _fields(record: Element | None) -> dict[str, str]:
    """Return the fields of a record by their names without name space."""
    if record is None:
        raise SoapError("a notification has no sObject")
    return {field.tag.rpartition("}")[2]: (field.text or "").strip() for field in record}
