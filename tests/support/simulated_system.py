"""A simulated case system: it fills in the payload that its guide prints, and proves who it is.

The payloads follow the guides, so a guide that is wrong breaks the conversation.
"""

import base64
import hmac
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from feedback_app.base.times import to_text
from tests.support.senders import Reply, Wire

GUIDES = Path(__file__).parents[2] / "guides"
SECRET = "a-secret-that-only-tests-know"
ADDRESS = "contact@customer.example"
_GAP = re.compile(r"\{\{(.+?)\}\}|\{!(.+?)\}")


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


Value = Callable[[Closing], Any]
Signer = Callable[[bytes, datetime, str], dict[str, str]]


def seconds(time: datetime) -> int:
    return int(time.timestamp())


def milliseconds(time: datetime) -> int:
    return seconds(time) * 1000


def closed(write: Callable[[datetime], Any] = to_text) -> Value:
    return lambda closing: write(closing.closed_at)


def opened(write: Callable[[datetime], Any] = to_text) -> Value:
    return lambda closing: write(closing.opened_at)


def number(text: str = "{}") -> Value:
    return lambda closing: text.format(closing.number)


def address(closing: Closing) -> str | None:
    return closing.address


def delivery(closing: Closing) -> str:
    return closing.delivery


def always(value: Any) -> Value:
    return lambda closing: value


def secret_header(body: bytes, now: datetime, secret: str) -> dict[str, str]:
    return {"X-Feedback-Secret": secret}


def basic(body: bytes, now: datetime, secret: str) -> dict[str, str]:
    return {"Authorization": f"Basic {base64.b64encode(secret.encode()).decode()}"}


def signature(
    header: str,
    algorithm: str = "sha256",
    *,
    prefix: str = "",
    in_base64: bool = False,
    timestamp: str = "",
    signed: str = "{timestamp}.{body}",
    write: Callable[[datetime], Any] = seconds,
) -> Signer:
    """Return a signer that puts an HMAC in `header`, of the body or of `signed`."""

    def sign(body: bytes, now: datetime, secret: str) -> dict[str, str]:
        time = str(write(now))
        parts = {"{body}": body, "{timestamp}": time.encode()}
        pieces = re.split(r"(\{\w+\})", signed if timestamp else "{body}")
        content = b"".join(parts.get(piece, piece.encode()) for piece in pieces)
        digest = hmac.new(secret.encode(), content, algorithm).digest()
        text = base64.b64encode(digest).decode() if in_base64 else digest.hex()
        return {header: prefix + text, **({timestamp: time} if timestamp else {})}

    return sign


@dataclass(frozen=True, kw_only=True)
class System:
    """A case system that sends one webhook.

    `gaps` fills the gaps of the printed template, and `changes` sets values of the payload by their
    paths; None removes a value. `reopened` is what changes in the payload when the case is open
    again, and `others` are further events that close no case, by name.
    `tolerance` is the age of a signed request in seconds, if its time is signed.
    If `closes_once` is true, a case is only closed another time after it was reopened.
    `is_template` is true if the payload is a template of ours, which can have further fields.
    """

    name: str
    source: str
    sign: Signer
    reopened: Mapping[str, Any]
    others: Mapping[str, Mapping[str, Any]]
    gaps: Mapping[str, Value] = field(default_factory=dict)
    changes: Mapping[str, Value] = field(default_factory=dict)
    secret: str = SECRET
    number: str = "{}"
    delivery_header: str = ""
    says_address: bool = True
    says_closing_time: bool = True
    says_reopening_time: bool = True
    closes_once: bool = False
    reads_answer: bool = False
    is_template: bool = False
    tolerance: int | None = None

    def case_number(self, number: str) -> str:
        return self.number.format(number)

    def closing(self, closing: Closing) -> Any:
        """Return the payload of a closing."""
        return self._changed(
            self._filled(printed("json", self.name), closing), self.changes, closing
        )

    def event(self, name: str, closing: Closing) -> Any:
        """Return the payload of another event of the same case."""
        return self._changed(self.closing(closing), self.others[name], closing)

    def reopening(self, closing: Closing, at: datetime) -> Any:
        """Return the payload of the event when the case is open again at this time."""
        closing = replace(closing, closed_at=at)
        return self._changed(self.closing(closing), self.reopened, closing)

    def body(self, payload: Any) -> bytes:
        # A lone surrogate can only be sent as the escape that JSON has for it.
        return json.dumps(payload, ensure_ascii=False).encode("utf-8", "backslashreplace")

    def path(self, secret: str) -> str:
        return f"/api/v1/webhooks/{self.name}"

    def proof(self, body: bytes, closing: Closing, now: datetime, secret: str) -> dict[str, str]:
        own = {self.delivery_header: closing.delivery} if self.delivery_header else {}
        return {**own, **self.sign(body, now, secret)}

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

    def _changed(self, payload: Any, changes: Mapping[str, Any], closing: Closing) -> Any:
        for path, value in changes.items():
            _set(payload, path, value(closing) if callable(value) else value)
        return payload

    def _filled(self, template: str, closing: Closing) -> Any:
        def value(found: re.Match[str]) -> str:
            text = self.gaps[found[1] or found[2]](closing) or ""
            return json.dumps(text, ensure_ascii=False)[1:-1]

        return json.loads(_GAP.sub(value, template) if self.gaps else template)


def _set(payload: Any, path: str, value: Any) -> None:
    """Set the value at a path such as items.0.name, or remove it if it is None."""
    *steps, last = (int(step) if step.isdigit() else step for step in path.split("."))
    for step in steps:
        payload = payload[step]
    if value is None:
        payload.pop(last, None)
    else:
        payload[last] = value
