"""The case systems that a preset is shipped for, as simulated senders."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from feedback_app.base.times import to_text
from tests.support.simulated_system import (
    ADDRESS,
    SECRET,
    Closing,
    System,
    address,
    always,
    basic,
    closed,
    delivery,
    milliseconds,
    number,
    opened,
    printed,
    seconds,
    secret_header,
    signature,
)


def _jira_time(time: datetime) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%S.000+0000")


def _millisecond_text(time: datetime) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%S.123Z")


def _minute(time: datetime) -> str:
    return to_text(time)[:16] + "Z"


def _without_offset(time: datetime) -> str:
    return time.strftime("%Y-%m-%d %H:%M:%S")


def _split_second(time: datetime) -> float:
    return seconds(time) + 0.25


_OWN_NAMES = {
    "case_id": number(),
    "case_number": number(),
    "closed_at": closed(),
    "opened_at": opened(),
    "contact_email": address,
}
_GENERIC = {**_OWN_NAMES, "case_id": always(None), "delivery_id": delivery}
_OWN_REOPENED = {"event": "reopened", "reopened_at": closed()}
_OWN_EVENTS = {"comment": {"event": "comment"}}
_ZENDESK = signature(
    "X-Zendesk-Webhook-Signature",
    in_base64=True,
    timestamp="X-Zendesk-Webhook-Signature-Timestamp",
    signed="{timestamp}{body}",
    write=to_text,
)


_OUTBOUND_CLOSED = "<sf:IsClosed>true</sf:IsClosed>"


@dataclass(frozen=True, kw_only=True)
class SalesforceOutbound(System):
    """Its messages are SOAP, and its address contains the secret."""

    organisation: str = "00D000000000042EAA"

    def closing(self, closing: Closing) -> Any:
        return self._changed(printed("xml", self.name), self.changes, closing)

    def _changed(self, payload: Any, changes: Mapping[str, Any], closing: Closing) -> Any:
        for old, new in changes.items():
            assert old in payload
            payload = payload.replace(old, new(closing) if callable(new) else new)
        return payload

    def many(self, closings: list[Closing]) -> str:
        """Return one message with a notification for each closing."""
        notification = re.compile(r"<Notification>.*</Notification>", re.S)
        messages = [self.closing(one) for one in closings]
        found = [one[0] for message in messages if (one := notification.search(message))]
        return notification.sub(lambda _: "".join(found), messages[0])

    def body(self, payload: Any) -> bytes:
        return str(payload).encode()

    def path(self, secret: str) -> str:
        return f"/api/v1/webhooks/{self.name}/{secret.partition(':')[2] or secret}"


JIRA = System(
    name="jira",
    source="jira",
    sign=signature("X-Hub-Signature", prefix="sha256="),
    delivery_header="X-Atlassian-Webhook-Identifier",
    number="SUP-{}",
    tolerance=5400,
    changes={
        "timestamp": closed(milliseconds),
        "issue.id": number(),
        "issue.key": number("SUP-{}"),
        "issue.fields.statuscategorychangedate": closed(_jira_time),
        "issue.fields.resolutiondate": closed(_jira_time),
        "issue.fields.created": opened(_jira_time),
        # A masked address is absent.
        "issue.fields.reporter.emailAddress": address,
        "issue.fields.assignee": always({"displayName": "An agent"}),
    },
    reopened={"issue.fields.status": {"statusCategory": {"key": "indeterminate"}}},
    others={"comment": {"changelog.items": [{"field": "labels", "toString": "late"}]}},
)
JIRA_AUTOMATION = System(
    name="jira-automation",
    source="jira",
    sign=secret_header,
    number="SUP-{}",
    reads_answer=True,
    is_template=True,
    gaps={
        "issue.id": number(),
        "issue.key": number("SUP-{}"),
        "issue.url": always("https://jira.example/browse/SUP-1"),
        "issue.status.statusCategory.key": always("done"),
        "issue.statuscategorychangedate": closed(),
        "issue.created": opened(),
        "issue.issueType.name": always("Bug"),
        "issue.project.key": always("SUP"),
        "issue.reporter.emailAddress": address,
    },
    changes={"send": always(None)},
    reopened={"fields.status.statusCategory.key": "new"},
    others={"without a status": {"fields": {}}},
)
ZENDESK = System(
    name="zendesk",
    source="zendesk",
    sign=_ZENDESK,
    says_address=False,
    tolerance=300,
    changes={
        "id": delivery,
        "time": closed(),
        "detail.id": number(),
        "detail.created_at": opened(),
    },
    reopened={"event": {"current": "OPEN", "previous": "SOLVED"}},
    others={"solved": {"detail.status": "SOLVED", "event.current": "SOLVED"}},
)
ZENDESK_TRIGGER = System(
    name="zendesk-trigger",
    source="zendesk",
    sign=_ZENDESK,
    is_template=True,
    tolerance=300,
    gaps={
        "ticket.id": number(),
        "ticket.status": always("Closed"),
        "ticket.link": always("https://desk.zendesk.example/tickets/1"),
        "ticket.requester.email": address,
        "ticket.created_at_with_timestamp": opened(_minute),
        "ticket.updated_at_with_timestamp": closed(_minute),
    },
    reopened={"ticket.status": "Offen"},
    others={"solved": {"ticket.status": "Solved"}},
)
FRESHDESK = System(
    name="freshdesk",
    source="freshdesk",
    sign=basic,
    secret=f"feedback:{SECRET}",
    is_template=True,
    says_closing_time=False,
    says_reopening_time=False,
    gaps={
        "triggered_event": always("{status:{from:4,to:5}}"),
        "ticket.id": number(),
        "ticket.url": always("https://desk.freshdesk.example/a/tickets/1"),
        "ticket.ticket_type": always("Question"),
        "ticket.requester.email": address,
    },
    reopened={"freshdesk_webhook.triggered_event": "{status:{from:5,to:2}}"},
    others={"solved": {"freshdesk_webhook.triggered_event": "{status:{from:2,to:4}}"}},
)
FRESHSERVICE = System(
    name="freshservice",
    source="freshservice",
    sign=basic,
    secret=f"feedback:{SECRET}",
    is_template=True,
    says_closing_time=False,
    says_reopening_time=False,
    gaps={
        "ticket.id_numeric": number(),
        "ticket.url": always("https://desk.freshservice.example/a/tickets/1"),
        "ticket.requester.email": address,
    },
    reopened={"event": "reopened"},
    others=_OWN_EVENTS,
)
SALESFORCE = System(
    name="salesforce",
    source="salesforce",
    sign=secret_header,
    number="000{}",
    reads_answer=True,
    is_template=True,
    gaps={
        "$Record.Id": number(),
        "$Record.CaseNumber": number("000{}"),
        "$Record.ClosedDate": closed(),
        "$Record.CreatedDate": opened(),
        "$Record.Type": always("Infrastructure"),
        "$Record.ContactEmail": always(""),
        "$Record.SuppliedEmail": address,
    },
    changes={"send": always(None)},
    reopened={"IsClosed": False, "LastModifiedDate": closed()},
    others={"escalated": {"IsClosed": None, "Status": "Escalated"}},
)
SALESFORCE_OUTBOUND = SalesforceOutbound(
    name="salesforce-outbound",
    source="salesforce",
    sign=lambda body, now, secret: {"Content-Type": "text/xml", "SOAPAction": '""'},
    secret=f"00D000000000042EAA:{SECRET}",
    number="000{}",
    changes={
        "04l000000000042AAA": delivery,
        "500000000000042AAA": number(),
        ">00000042<": number(">000{}<"),
        "2026-11-26T10:00:00.000Z": closed(),
        "2026-11-20T08:15:00.000Z": opened(),
        f">{ADDRESS}<": lambda closing: f">{closing.address or ''}<",
    },
    reopened={
        _OUTBOUND_CLOSED: closed(
            lambda time: (
                "<sf:IsClosed>false</sf:IsClosed>"
                f"<sf:LastModifiedDate>{to_text(time)}</sf:LastModifiedDate>"
            )
        )
    },
    others={"another record": {_OUTBOUND_CLOSED: ""}},
)
GENERIC = System(
    name="generic",
    source="generic",
    sign=signature("X-Feedback-Signature", prefix="sha256=", timestamp="X-Feedback-Timestamp"),
    reads_answer=True,
    is_template=True,
    tolerance=300,
    changes=_GENERIC,
    reopened=_OWN_REOPENED,
    others=_OWN_EVENTS,
)
GENERIC_HEADER = System(
    name="generic-header",
    source="generic",
    sign=secret_header,
    reads_answer=True,
    is_template=True,
    changes=_GENERIC,
    reopened=_OWN_REOPENED,
    others=_OWN_EVENTS,
)
SERVICENOW = System(
    name="servicenow",
    source="servicenow",
    sign=secret_header,
    reads_answer=True,
    is_template=True,
    changes={
        **_OWN_NAMES,
        "closed_at": closed(_without_offset),
        "opened_at": opened(_without_offset),
        "send": always(None),
    },
    reopened=_OWN_REOPENED,
    others=_OWN_EVENTS,
)
HUBSPOT = System(
    name="hubspot",
    source="hubspot",
    says_reopening_time=False,
    sign=secret_header,
    is_template=True,
    changes={
        **_OWN_NAMES,
        "closed_at": closed(milliseconds),
        "opened_at": opened(milliseconds),
    },
    reopened={"event": "reopened"},
    others=_OWN_EVENTS,
)
ZAMMAD = System(
    name="zammad",
    source="zammad",
    sign=signature("X-Hub-Signature", "sha1", prefix="sha1="),
    delivery_header="X-Zammad-Delivery",
    changes={
        "ticket.id": number(),
        "ticket.number": number(),
        "ticket.last_close_at": closed(_millisecond_text),
        # It keeps the time of the first closing.
        "ticket.close_at": opened(_millisecond_text),
        "ticket.created_at": opened(_millisecond_text),
        "ticket.customer.email": address,
        "ticket.owner": always({"email": "agent@support.example", "firstname": "An agent"}),
    },
    reopened={"ticket.state": "open", "ticket.updated_at": closed(_millisecond_text)},
    others={"merged": {"ticket.state": "merged"}},
)
INTERCOM = System(
    name="intercom",
    source="intercom",
    sign=signature("X-Hub-Signature", "sha1", prefix="sha1="),
    changes={
        "id": delivery,
        "created_at": closed(seconds),
        "data.item.id": number(),
        "data.item.created_at": opened(seconds),
        "data.item.statistics.last_close_at": closed(seconds),
        "data.item.source.author.email": address,
    },
    reopened={"topic": "conversation.admin.opened", "data.item.state": "open"},
    others={
        "comment": {"topic": "conversation.admin.noted"},
        "test message": {"topic": "ping"},
    },
)
_HELPSCOUT: Mapping[str, Any] = {
    "id": number(),
    "number": number(),
    "closedAt": closed(),
    "createdAt": opened(),
}
HELPSCOUT = System(
    name="helpscout",
    source="helpscout",
    says_reopening_time=False,
    sign=signature("X-HelpScout-Signature", "sha1", in_base64=True),
    changes={**_HELPSCOUT, "primaryCustomer.email": address},
    others={
        "spam": {"status": "spam"},
        "deleted": {"state": "deleted"},
    },
    reopened={"status": "active", "closedAt": None},
)
FREESCOUT = System(
    name="freescout",
    source="freescout",
    says_reopening_time=False,
    sign=signature("X-FreeScout-Signature", "sha1", in_base64=True),
    changes={**_HELPSCOUT, "customer.email": address},
    others={
        "spam": {"status": "spam"},
        "deleted": {"state": "deleted"},
    },
    reopened={"status": "active"},
)
GLPI = System(
    name="glpi",
    source="glpi",
    sign=signature("X-GLPI-signature", timestamp="X-GLPI-timestamp", signed="{body}{timestamp}"),
    tolerance=5400,
    closes_once=True,
    changes={
        "item.id": number(),
        "item.date_mod": closed(),
        "item.date": opened(),
        "item.team.0.name": address,
    },
    reopened={"item.status.id": 2},
    others={
        "solved": {"item.status.id": 5},
        "created": {"event": "new"},
    },
)
CHATWOOT = System(
    name="chatwoot",
    source="chatwoot",
    sign=signature("X-Chatwoot-Signature", prefix="sha256=", timestamp="X-Chatwoot-Timestamp"),
    delivery_header="X-Chatwoot-Delivery",
    tolerance=300,
    changes={
        "id": number(),
        "updated_at": closed(_split_second),
        "created_at": opened(seconds),
        "meta.sender.email": address,
    },
    reopened={"status": "open"},
    others={
        "snoozed": {"status": "snoozed"},
        "message": {"event": "message_created"},
    },
)
SYSTEMS = {
    system.name: system
    for system in (
        JIRA,
        JIRA_AUTOMATION,
        ZENDESK,
        ZENDESK_TRIGGER,
        FRESHDESK,
        FRESHSERVICE,
        SALESFORCE,
        SALESFORCE_OUTBOUND,
        SERVICENOW,
        HUBSPOT,
        ZAMMAD,
        INTERCOM,
        HELPSCOUT,
        FREESCOUT,
        GLPI,
        CHATWOOT,
        GENERIC,
        GENERIC_HEADER,
    )
}
