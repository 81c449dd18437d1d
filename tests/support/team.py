"""What tests of the leads' pages need: accounts, a lead with a browser, answers of a week."""

import re
from dataclasses import replace
from functools import cache
from html import unescape
from typing import Any

from feedback_app.app import create_app
from feedback_app.leads import passwords
from feedback_app.records import Lead, Role
from feedback_app.store import leads
from tests.support.office import Customer, Office, a_case

PASSWORD = "a-password-for-tests"


@cache
def _hashed() -> str:
    return passwords.hash_password(PASSWORD)


def add_account(office: Office, name: str, role: Role, *, password: bool = True) -> None:
    """Add an account; with `password` False only a proxy can sign it in."""
    account = Lead(
        name=name,
        role=role,
        password_hash=_hashed() if password else None,
        added_at=office.now,
    )
    with office.program.database.write() as tx:
        leads.add(tx, account)


def settings(office: Office, **changes: Any) -> None:
    """Let the office run with other settings."""
    changed = office.program.settings.model_copy(update=changes)
    office.program = replace(office.program, settings=changed)


class Somebody:
    """A person with a browser without a screen, signed in or not."""

    def __init__(self, office: Office, role: Role | None = None, name: str = "") -> None:
        self.office = office
        self.browser = create_app(parts=office.program).test_client()
        if role:
            self.name = name or f"a-{role}"
            add_account(office, self.name, role)
            assert self.sign_in(self.name).status_code == 303

    def sign_in(self, name: str, password: str = PASSWORD, query: str = "") -> Any:
        page = self.browser.get("/review/sign-in").text
        return self.browser.post(
            "/review/sign-in" + query,
            data={"name": name, "password": password, "csrf_token": value_in(page)},
        )

    def get(self, path: str) -> Any:
        return self.browser.get(path)

    def post(self, path: str, **fields: Any) -> Any:
        """Send a form with the CSRF token of this session."""
        page = value_in(self.browser.get("/review/unread").text)
        return self.browser.post(path, data={"csrf_token": page, **fields})


def redact(somebody: Somebody, invitation_id: str, words: str, **fields: Any) -> Any:
    """Redact words as the preview offers it; return the response to the second form."""
    place = f"/review/answers/{invitation_id}/redact"
    shown = somebody.post(f"{place}/preview", words=words, **fields)
    assert shown.status_code == 200
    seen = re.search(r'name="seen" value="(\w+)"', shown.text)
    assert seen
    return somebody.post(place, words=words, seen=seen[1], **fields)


def publish_note(somebody: Somebody, place: str, **fields: Any) -> Any:
    """Preview a note for customers and publish it; return the last response."""
    shown = somebody.post(place, step="preview", **fields)
    seen = re.search(r'name="seen" value="(\w+)"', shown.text)
    return somebody.post(place, step="publish", seen=seen[1], **fields) if seen else shown


def words(page: Any) -> str:
    """Return the text of a page, without its tags."""
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", page.text)).split())


def value_in(page: str) -> str:
    """Return the CSRF token of a page, or ""."""
    found = re.search(r'name="csrf_token" value="([^"]*)"', page)
    return found[1] if found else ""


def answered(
    office: Office, number: str, ease: int = 5, satisfaction: int = 5, **given: Any
) -> str:
    """Close a case, answer it as its customer, and return the invitation's id."""
    case = {name: given.pop(name) for name in list(given) if name in vars(a_case())}
    invitation_id = office.invite(number, **case)
    if given.pop("contact_welcome", False):
        given["contact_welcome"] = "y"
    sent = Customer(office, invitation_id).send(
        ease=str(ease), satisfaction=str(satisfaction), **given
    )
    assert sent.status_code == 303
    return invitation_id
