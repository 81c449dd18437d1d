"""Reads Salesforce Outbound Messages (SOAP 1.1) into objects like those of its JSON callouts."""

from xml.etree.ElementTree import Element, ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring

from feedback_app.intake.json_body import BodyError

MAX_NOTIFICATIONS = 100
_ENVELOPE = "{http://schemas.xmlsoap.org/soap/envelope/}"
_OUTBOUND = "{http://soap.sforce.com/2005/09/outbound}"
ACKNOWLEDGEMENT = (
    '<?xml version="1.0" encoding="UTF-8"?>'
    '<soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/"><soapenv:Body>'
    '<notificationsResponse xmlns="http://soap.sforce.com/2005/09/outbound"><Ack>true</Ack>'
    "</notificationsResponse></soapenv:Body></soapenv:Envelope>"
)


def parse_notifications(body: bytes) -> list[dict[str, str]]:
    """Return the fields of each notification, plus OrganizationId and NotificationId.

    Raises BodyError for anything else, for document types and entities, and for more than
    `MAX_NOTIFICATIONS`.
    """
    message = _root(body).find(f"{_ENVELOPE}Body/{_OUTBOUND}notifications")
    if message is None:
        raise BodyError("the body has no notifications of an outbound message")
    organisation = message.findtext(f"{_OUTBOUND}OrganizationId", "")
    notifications = message.findall(f"{_OUTBOUND}Notification")
    if not 1 <= len(notifications) <= MAX_NOTIFICATIONS:
        raise BodyError(f"send 1 to {MAX_NOTIFICATIONS} notifications, not {len(notifications)}")
    return [
        {
            **_fields(one.find(f"{_OUTBOUND}sObject")),
            "OrganizationId": organisation,
            "NotificationId": one.findtext(f"{_OUTBOUND}Id", ""),
        }
        for one in notifications
    ]


def _root(body: bytes) -> Element:
    try:
        root: Element = fromstring(body, forbid_dtd=True)
    except DefusedXmlException as error:
        raise BodyError("document types and entities are not allowed") from error
    except (ParseError, ValueError, LookupError) as error:
        raise BodyError("the body is not valid XML") from error
    return root


def _fields(record: Element | None) -> dict[str, str]:
    """Return the fields of a record by their names without XML namespace."""
    if record is None:
        raise BodyError("a notification has no sObject")
    return {field.tag.rpartition("}")[2]: (field.text or "").strip() for field in record}
