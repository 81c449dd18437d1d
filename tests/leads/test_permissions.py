"""Who may: every address of the leads' pages, asked by strangers, readers, leads and admins."""

from typing import Any

import pytest
from werkzeug.routing import Rule

from feedback_app.app import create_app
from tests.support.office import Office
from tests.support.some import some
from tests.support.team import Somebody, answered

# What anybody may have, signed in or not.
OPEN = {"leads.sign_in", "leads.sign_in_with_password", "leads.static"}
OPEN |= {"leads.show_set_password", "leads.set_password"}
# What a reader may send: signing out, and the own password.
READERS_SEND = {"leads.sign_out", "leads.change_password"}
ADMINS_SEE = {
    "leads.show_accounts",
    "leads.show_account",
    "leads.show_audit_log",
    "leads.show_people",
    "leads.show_publish",
    "leads.show_published_period",
}
# A form that only leads can send is shown to leads alone.
LEADS_SEE = {"leads.show_note", "leads.show_case"}
WEEK = "2026-W48"


def rules(office: Office) -> list[Rule]:
    app = create_app(parts=office.program)
    return [rule for rule in app.url_map.iter_rules() if rule.rule.startswith("/review")]


def address(rule: Rule, invitation_id: str) -> str:
    values = {"week": WEEK, "invitation_id": invitation_id, "decision_id": "x", "note_id": "x"}
    values |= {"filename": "x", "typed": "45", "form": "json", "wish": "opt-in"}
    values |= {"name": "a-reader", "token": "x", "period": "2026-W40_2026-W43"}
    _, path = rule.build({name: values[name] for name in rule.arguments}) or ("", "")
    return path


def ways(office: Office) -> list[tuple[Rule, str]]:
    """Return every rule with each method it knows."""
    return [
        (rule, method)
        for rule in rules(office)
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"})
    ]


@pytest.fixture
def office(sqlite_team_office: Office) -> Office:
    return sqlite_team_office


def ask(person: Somebody, method: str, path: str, **form: Any) -> Any:
    return person.browser.open(path, method=method, data=form or None)


def test_without_a_session_only_the_sign_in_page_is_shown(office: Office) -> None:
    one = answered(office, "SECRET-CASE", 1, 1, comment="SECRET WORDS", contact_welcome=True)
    stranger, before = Somebody(office), office.everything()
    assert len(ways(office)) >= 25
    for rule, method in some(ways(office)):
        if rule.endpoint in OPEN:
            continue
        answer = ask(stranger, method, address(rule, one))
        assert answer.status_code == (303 if method == "GET" else 401), rule
        assert "SECRET" not in answer.text
    assert office.everything() == before


def test_readers_cannot_change_anything(office: Office) -> None:
    one = answered(office, "0001", 1, 1, comment="Words", contact_welcome=True)
    rita = Somebody(office, "reader")
    before = office.everything()
    for rule, method in some(ways(office)):
        if rule.endpoint in OPEN | READERS_SEND:
            continue
        path = address(rule, one)
        if method == "GET":
            answer = rita.get(path)
            refused = rule.endpoint in ADMINS_SEE | LEADS_SEE
            assert answer.status_code in ((403,) if refused else (200, 303)), rule
        else:
            assert rita.post(path).status_code == 403, rule
    assert office.everything() == before


def test_readers_only_see_the_sign_out_button(office: Office) -> None:
    one = answered(office, "0001", 1, 1, comment="Words", contact_welcome=True)
    rita = Somebody(office, "reader")
    for rule, method in some(ways(office)):
        own = {"leads.show_password"}
        if method == "GET" and rule.endpoint not in OPEN | ADMINS_SEE | LEADS_SEE | own:
            page = rita.get(address(rule, one)).text
            assert page.count('method="post"') <= 1, rule


def test_only_admins_see_the_audit_log(office: Office) -> None:
    assert Somebody(office, "lead").get("/review/audit-log").status_code == 403
    assert Somebody(office, "admin").get("/review/audit-log").status_code == 200


@pytest.mark.parametrize("value", [None, "", "wrong"])
def test_nothing_is_stored_without_a_csrf_token(office: Office, value: str | None) -> None:
    one = answered(office, "0001", 1, 1, comment="Words", contact_welcome=True)
    admin = Somebody(office, "admin")
    before = office.everything()
    for rule, method in some(ways(office)):
        if method != "POST":
            continue
        form = {
            "revision": "1",
            "text": "text",
            "words": "Words",
            "outcome": "contacted",
            "answer": f"{one}:1",
            "first": WEEK,
            "last": WEEK,
            "form": "csv",
            "name": admin.name,
            "password": "x",
        }
        if value is not None:
            form["csrf_token"] = value
        assert ask(admin, method, address(rule, one), **form).status_code == 400, rule
    assert office.everything() == before


def test_the_csrf_token_of_another_session_is_refused(office: Office) -> None:
    one = answered(office, "0001", 1, 1)
    mallory = Somebody(office, "lead", "mallory")
    lena = Somebody(office, "lead", "lena")
    mallory.get("/review/unread")
    with mallory.browser.session_transaction("/review/") as session:
        theirs = session["csrf_token"]
    place = f"/review/answers/{one}/read"
    assert ask(lena, "POST", place, csrf_token=theirs, revision="1").status_code == 400


def test_pages_are_not_cached_and_only_run_our_script(office: Office) -> None:
    lena = Somebody(office, "lead")
    for path in ("/review/sign-in", f"/review/{WEEK}", "/review/unread", "/review/nothing/here"):
        headers = lena.get(path).headers
        if path != "/review/nothing/here":
            assert headers["Cache-Control"] == "no-store"
            policy = headers["Content-Security-Policy"]
            assert "default-src 'none'" in policy
            assert "script-src 'self';" in policy
            assert "frame-ancestors 'none'" in policy
    with lena.get("/review/static/leads.css") as style:
        assert style.status_code == 200
        assert style.headers.get("Cache-Control") != "no-store"


def test_a_get_request_changes_nothing(office: Office) -> None:
    one = answered(office, "0001", 1, 1, comment="Words", contact_welcome=True)
    admin = Somebody(office, "admin")
    before = office.everything()
    for rule, method in ways(office):
        if method == "GET":
            admin.get(address(rule, one))
    assert office.everything() == before
