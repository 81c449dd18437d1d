"""Simulated case systems: each fills in the payload that its guide prints, and proves it is itself.

What they send follows the guides, so a guide that is wrong breaks the conversation.
"""

import base64
import hashlib
import hmac
import json
import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from feedback_app.base.times import to_text
from tests.support.senders import Reply, Wire

GUIDES = Path(__file__).parents[2] / "guides"
SECRET = "a-secret-that-only-tests-know"
ADDRESS = "contact@customer.example"


def printed(kind: str, name: str) -> str:
    """Return the block of this kind that a guide prints for `name`, such as json jira."""
    for path in sorted(GUIDES.glob("*.md")):
        text = path.read_text(encoding="utf-8")
        found = re.search(rf"^```{kind} {re.escape(name)}\n(.*?)^```$", text, re.M | re.S)
        if found:
            return found[1]
    raise AssertionError(f"no guide prints a block {kind} {name}")


@dataclass(frozen=True)
class Closing:
    """What happened in the case system."""

    number: str
    closed_at: datetime
    address: str | None = ADDRESS
    delivery: str = "delivery-1"

    @property
    def opened_at(self) -> datetime:
        return self.closed_at - timedelta(days=6)


class System:
    """A case system that speaks to one webhook."""

    name: str
    source: str
    secret = SECRET
    says_address = True
    says_closing_time = True
    reads_answer = False
    # Whether its payload is a template of ours, which may hold further fields.
    is_template = False
    # How old a signed request may be, in seconds; None where no time is signed.
    tolerance: int | None = None

    def case_number(self, number: str) -> str:
        return number

    def closing(self, closing: Closing) -> Any:
        raise NotImplementedError

    def other_event(self, closing: Closing) -> Any:
        raise NotImplementedError

    def body(self, payload: Any) -> bytes:
        # A lone surrogate can only be sent as the escape that JSON has for it.
        return json.dumps(payload, ensure_ascii=False).encode("utf-8", "backslashreplace")

    def path(self, secret: str) -> str:
        return f"/api/v1/webhooks/{self.name}"

    def proof(self, body: bytes, closing: Closing, now: datetime, secret: str) -> dict[str, str]:
        raise NotImplementedError

    def tell(
        self,
        port: int,
        closing: Closing,
        now: datetime,
        *,
        payload: Any = None,
        secret: str | None = None,
    ) -> Reply:
        """Send the closing, or another payload, and return the answer."""
        secret = self.secret if secret is None else secret
        body = self.body(self.closing(closing) if payload is None else payload)
        headers = self.proof(body, closing, now, secret)
        return Wire(port, {}).post(self.path(secret), body, headers)


def _hmac(secret: str, signed: bytes) -> bytes:
    return hmac.new(secret.encode(), signed, hashlib.sha256).digest()


def _filled(template: str, values: dict[str, str | None]) -> Any:
    """Return a template with its gaps filled, as the case system does it."""
    gap = re.compile(r"\{\{(.+?)\}\}|\{!(.+?)\}")

    def value(found: re.Match[str]) -> str:
        return json.dumps(values[found[1] or found[2]] or "", ensure_ascii=False)[1:-1]

    return json.loads(gap.sub(value, template))


class Jira(System):
    name = source = "jira"
    tolerance = 5400

    def case_number(self, number: str) -> str:
        return f"SUP-{number}"

    def closing(self, closing: Closing) -> Any:
        payload = json.loads(printed("json", "jira"))
        payload["timestamp"] = int(closing.closed_at.timestamp() * 1000)
        issue = payload["issue"]
        issue["id"], issue["key"] = closing.number, self.case_number(closing.number)
        fields = issue["fields"]
        closed = closing.closed_at.strftime("%Y-%m-%dT%H:%M:%S.000+0000")
        fields["statuscategorychangedate"] = fields["resolutiondate"] = closed
        fields["created"] = closing.opened_at.strftime("%Y-%m-%dT%H:%M:%S.000+0000")
        # A masked address is not there.
        fields["reporter"] = {"accountId": "1", "displayName": "Nobody"}
        if closing.address:
            fields["reporter"]["emailAddress"] = closing.address
        fields["assignee"] = {"displayName": "An agent"}
        return payload

    def other_event(self, closing: Closing) -> Any:
        payload = self.closing(closing)
        payload["issue"]["fields"]["status"] = {"statusCategory": {"key": "indeterminate"}}
        return payload

    def comment_on_a_closed_issue(self, closing: Closing) -> Any:
        payload = self.closing(closing)
        payload["changelog"]["items"] = [{"field": "labels", "toString": "late"}]
        return payload

    def proof(self, body: bytes, closing: Closing, now: datetime, secret: str) -> dict[str, str]:
        return {
            "X-Hub-Signature": f"sha256={_hmac(secret, body).hex()}",
            "X-Atlassian-Webhook-Identifier": closing.delivery,
        }


class JiraAutomation(System):
    name = "jira-automation"
    is_template = True
    source = "jira"
    reads_answer = True

    def case_number(self, number: str) -> str:
        return f"SUP-{number}"

    def closing(self, closing: Closing) -> Any:
        values = {
            "issue.id": closing.number,
            "issue.key": self.case_number(closing.number),
            "issue.url": "https://jira.example/browse/SUP-1",
            "issue.status.statusCategory.key": "done",
            "issue.statuscategorychangedate": to_text(closing.closed_at),
            "issue.created": to_text(closing.opened_at),
            "issue.issueType.name": "Bug",
            "issue.project.key": "SUP",
            "issue.reporter.emailAddress": closing.address,
        }
        payload = _filled(printed("json", self.name), values)
        del payload["send"]
        return payload

    def other_event(self, closing: Closing) -> Any:
        payload = self.closing(closing)
        payload["fields"]["status"]["statusCategory"]["key"] = "new"
        return payload

    def proof(self, body: bytes, closing: Closing, now: datetime, secret: str) -> dict[str, str]:
        return {"X-Feedback-Secret": secret}


class Zendesk(System):
    name = source = "zendesk"
    says_address = False
    tolerance = 300

    def closing(self, closing: Closing) -> Any:
        payload = json.loads(printed("json", "zendesk"))
        payload |= {"id": closing.delivery, "time": to_text(closing.closed_at)}
        payload["detail"] |= {"id": closing.number, "created_at": to_text(closing.opened_at)}
        return payload

    def other_event(self, closing: Closing) -> Any:
        payload = self.closing(closing)
        payload["detail"]["status"] = payload["event"]["current"] = "SOLVED"
        return payload

    def proof(self, body: bytes, closing: Closing, now: datetime, secret: str) -> dict[str, str]:
        time = to_text(now)
        signature = base64.b64encode(_hmac(secret, time.encode() + body)).decode()
        return {
            "X-Zendesk-Webhook-Signature": signature,
            "X-Zendesk-Webhook-Signature-Timestamp": time,
        }


class ZendeskTrigger(Zendesk):
    name = "zendesk-trigger"
    is_template = True
    says_address = True

    def closing(self, closing: Closing) -> Any:
        values = {
            "ticket.id": closing.number,
            "ticket.status": "Closed",
            "ticket.link": "https://desk.zendesk.example/tickets/1",
            "ticket.requester.email": closing.address,
            "ticket.created_at_with_timestamp": to_text(closing.opened_at)[:16] + "Z",
            "ticket.updated_at_with_timestamp": to_text(closing.closed_at)[:16] + "Z",
        }
        return _filled(printed("json", self.name), values)

    def other_event(self, closing: Closing) -> Any:
        payload = self.closing(closing)
        payload["ticket"]["status"] = "Solved"
        return payload


class Freshdesk(System):
    name = source = "freshdesk"
    is_template = True
    secret = f"feedback:{SECRET}"
    says_closing_time = False

    def closing(self, closing: Closing, event: str = "{status:{from:4,to:5}}") -> Any:
        values = {
            "triggered_event": event,
            "ticket.id": closing.number,
            "ticket.url": "https://desk.freshdesk.example/a/tickets/1",
            "ticket.ticket_type": "Question",
            "ticket.requester.email": closing.address,
        }
        return _filled(printed("json", "freshdesk"), values)

    def other_event(self, closing: Closing) -> Any:
        return self.closing(closing, "{status:{from:2,to:4}}")

    def proof(self, body: bytes, closing: Closing, now: datetime, secret: str) -> dict[str, str]:
        return {"Authorization": f"Basic {base64.b64encode(secret.encode()).decode()}"}


class Salesforce(System):
    name = source = "salesforce"
    is_template = True
    reads_answer = True

    def closing(self, closing: Closing) -> Any:
        values = {
            "$Record.Id": closing.number,
            "$Record.CaseNumber": self.case_number(closing.number),
            "$Record.ClosedDate": to_text(closing.closed_at),
            "$Record.CreatedDate": to_text(closing.opened_at),
            "$Record.Type": "Infrastructure",
            "$Record.ContactEmail": "",
            "$Record.SuppliedEmail": closing.address,
        }
        payload = _filled(printed("json", "salesforce"), values)
        del payload["send"]
        return payload

    def case_number(self, number: str) -> str:
        return f"000{number}"

    def other_event(self, closing: Closing) -> Any:
        return {**self.closing(closing), "IsClosed": False, "Status": "Escalated"}

    def proof(self, body: bytes, closing: Closing, now: datetime, secret: str) -> dict[str, str]:
        return {"X-Feedback-Secret": secret}


class SalesforceOutbound(Salesforce):
    name = "salesforce-outbound"
    is_template = False
    reads_answer = False
    organisation = "00D000000000042EAA"
    secret = f"{organisation}:{SECRET}"

    def closing(self, closing: Closing) -> Any:
        message = printed("xml", "salesforce-outbound")
        changes = {
            "04l000000000042AAA": closing.delivery,
            "500000000000042AAA": closing.number,
            ">00000042<": f">{self.case_number(closing.number)}<",
            "2026-11-26T10:00:00.000Z": to_text(closing.closed_at),
            "2026-11-20T08:15:00.000Z": to_text(closing.opened_at),
            f">{ADDRESS}<": f">{closing.address or ''}<",
        }
        for old, new in changes.items():
            assert old in message
            message = message.replace(old, new)
        return message

    def many(self, closings: list[Closing]) -> str:
        """Return one message with a notification for each closing."""
        notification = re.compile(r"<Notification>.*</Notification>", re.S)
        messages = [self.closing(one) for one in closings]
        found = [one[0] for message in messages if (one := notification.search(message))]
        return notification.sub(lambda _: "".join(found), messages[0])

    def other_event(self, closing: Closing) -> Any:
        closed = "<sf:IsClosed>true</sf:IsClosed>"
        message = str(self.closing(closing))
        assert closed in message
        return message.replace(closed, closed.replace("true", "false"))

    def body(self, payload: Any) -> bytes:
        return str(payload).encode()

    def path(self, secret: str) -> str:
        return f"/api/v1/webhooks/{self.name}/{secret.partition(':')[2] or secret}"

    def proof(self, body: bytes, closing: Closing, now: datetime, secret: str) -> dict[str, str]:
        return {"Content-Type": "text/xml", "SOAPAction": '""'}


class Generic(System):
    name = source = "generic"
    is_template = True
    reads_answer = True
    tolerance = 300

    def closing(self, closing: Closing) -> Any:
        payload = json.loads(printed("json", "generic"))
        payload |= {
            "case_number": closing.number,
            "closed_at": to_text(closing.closed_at),
            "opened_at": to_text(closing.opened_at),
            "contact_email": closing.address,
            "delivery_id": closing.delivery,
        }
        return payload

    def other_event(self, closing: Closing) -> Any:
        return {**self.closing(closing), "event": "reopened"}

    def proof(self, body: bytes, closing: Closing, now: datetime, secret: str) -> dict[str, str]:
        time = str(int(now.timestamp()))
        signature = _hmac(secret, f"{time}.".encode() + body).hex()
        return {"X-Feedback-Timestamp": time, "X-Feedback-Signature": f"sha256={signature}"}


SYSTEMS = {
    system.name: system
    for system in (
        Jira(),
        JiraAutomation(),
        Zendesk(),
        ZendeskTrigger(),
        Freshdesk(),
        Salesforce(),
        SalesforceOutbound(),
        Generic(),
    )
}
