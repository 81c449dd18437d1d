"""No typed text is lost: every form of the leads' pages that is refused gives it back.

The routes come from the application's URL map, so a new one is checked without being listed here.
"""

import html
import json
import re
from dataclasses import replace
from typing import Any

import pytest
from werkzeug.routing import Rule

from feedback_app.app import create_app
from feedback_app.database.contract import DatabaseUnavailableError
from feedback_app.leads import returned_form, sessions
from feedback_app.leads.forms import fingerprint
from tests.support.office import Office
from tests.support.some import some
from tests.support.team import PASSWORD, Somebody, answered, publish_note, value_in

WEEK = "2026-W48"
TEXT = "I spoke with <her>: patch by Friday & thanks"
# They have no field to type text in, except for the password, which no page shows.
WITHOUT_TEXT = {
    "leads.sign_out",
    "leads.restore",
    "leads.sign_in_with_password",
    "leads.publish_period",
    "leads.set_password",
}
TOO_LONG = {
    "leads.annul": "text",
    "leads.add_note": "text",
    "leads.change_note": "text",
    "leads.correct_case": "team",
    "leads.remove_account": "owner",
    "leads.save_step": "minutes",
    "leads.change_decision": "text",
    "leads.plan_follow_up": "owner",
    "leads.end_meeting": "text",
    "leads.close_follow_up": "remark",
    "leads.publish_note": "text-en",
}
# A redaction of words that the comment does not contain gives them back, too long or not. The
# other routes have no text that is stored.
WITHOUT_LONG_TEXT = {
    "leads.redact",
    "leads.preview_redaction",
    "leads.take_back_note",
    "leads.mark_read",
    "leads.mark_decisions",
    "leads.set_theme",
    "leads.mark_care",
    "leads.expect_silence",
    "leads.release",
    "leads.choose_agenda",
    "leads.send_again",
    "leads.add_account",
    "leads.change_account",
    "leads.reset_password",
    "leads.change_password",
    "leads.show_person",
    "leads.download_person",
    "leads.erase_person",
    "leads.change_opt_out",
    "leads.release_held_emails",
    "leads.mark_all_read",
    "leads.open_follow_up",
    "leads.download_minutes",
    "leads.download_export",
}


def post_routes(office: Office) -> list[Rule]:
    rules = create_app(parts=office.program).url_map.iter_rules()
    return some(
        rule
        for rule in rules
        if "POST" in (rule.methods or ())
        and rule.endpoint.startswith("leads.")
        and rule.endpoint not in WITHOUT_TEXT
    )


def form(invitation_id: str, text: str) -> dict[str, str]:
    """Return fields that each of the forms accepts, with `text` in each field for text."""
    return {
        "revision": "1",
        "number": "1",
        "outcome": "contacted",
        "theme": "waiting",
        "reason": "threat",
        "answer": f"{invitation_id}:1",
        "invitation": "",
        "form": "csv",
        "address": "typed@customer.example",
        "confirm": "y",
        "name": "typed",
        "role": "reader",
        "password": PASSWORD,
        "new_password": PASSWORD,
        "repeated": PASSWORD,
        "text": text,
        "remark": text,
        "words": text,
        "text-en": text,
        "first": WEEK,
        "last": WEEK,
    }


def path(rule: Rule, invitation_id: str) -> str:
    values = {"week": WEEK, "invitation_id": invitation_id, "decision_id": "x", "note_id": "x"}
    values |= {"name": "lena", "token": "x", "form": "json", "wish": "opt-in"}
    _, built = rule.build({name: values[name] for name in rule.arguments}) or ("", "")
    return built


def gives_back(page: str, action: str, text: str) -> bool:
    """Return whether a form of the page sends `text` to `action` when its button is pressed."""
    forms = re.findall(r"<form[^>]*>.*?</form>", page, re.S)
    wanted = f">\n{html.escape(text)}</textarea>"
    return any(f'action="{action}"' in one and wanted in one for one in forms)


@pytest.fixture
def office(sqlite_team_office: Office) -> Office:
    return sqlite_team_office.with_themes("waiting")


@pytest.fixture
def lena(office: Office) -> Somebody:
    return Somebody(office, "admin", "lena")


@pytest.fixture
def one(office: Office) -> str:
    return answered(office, "0001", 1, 1, comment="Words", contact_welcome=True)


def test_a_stale_csrf_token_gives_the_text_back(office: Office, lena: Somebody, one: str) -> None:
    before = office.everything()
    for rule in post_routes(office):
        place = path(rule, one)
        refused = lena.browser.post(place, data={**form(one, TEXT), "csrf_token": "old"})
        assert refused.status_code == 400, rule
        assert gives_back(refused.text, place, TEXT), rule
    assert office.everything() == before


def test_an_expired_session_gives_the_text_back_after_signing_in(
    office: Office, lena: Somebody, one: str
) -> None:
    for rule in post_routes(office):
        place = path(rule, one)
        office.wait(hours=sessions.IDLE.total_seconds() / 3600)
        refused = lena.browser.post(place, data={**form(one, TEXT), "csrf_token": "old"})
        assert refused.status_code == 401, rule
        assert html.escape(TEXT) in refused.text, rule
        before = {name: rows for name, rows in office.everything().items() if "lead" not in name}
        back = sign_in_again(lena, refused.text)
        assert back.status_code == 200, rule
        assert gives_back(back.text, place, TEXT), rule
        after = {name: rows for name, rows in office.everything().items() if "lead" not in name}
        assert after == before, "nothing is sent before the lead presses the button"


def test_a_wrong_password_keeps_the_text(lena: Somebody, one: str) -> None:
    lena.office.wait(hours=13)
    place = f"/review/answers/{one}/note"
    page = lena.browser.post(place, data={"text": TEXT, "revision": "1"}).text
    wrong = sign_in_again(lena, page, password="not the password")
    assert wrong.status_code == 401
    assert gives_back(sign_in_again(lena, wrong.text).text, place, TEXT)


def test_a_text_that_was_given_back_is_stored_when_it_is_sent_again(
    lena: Somebody, one: str
) -> None:
    lena.office.wait(hours=13)
    place = f"/review/answers/{one}/note"
    page = lena.browser.post(place, data={"text": TEXT, "revision": "1"}).text
    back = sign_in_again(lena, page).text
    again = back.split(f'action="{place}"')[1].split("</form>")[0]
    fields = dict(re.findall(r'name="([\w-]+)" value="([^"]*)"', again))
    assert lena.browser.post(place, data={**fields, "text": TEXT}).status_code == 303
    (note,) = lena.office.rows("notes")
    assert note["text"] == TEXT


def sign_in_again(lena: Somebody, page: str, password: str = PASSWORD) -> Any:
    carried = re.search(r'name="returned_form" value="([^"]*)"', page)
    assert carried
    fields = {"name": "lena", "password": password, "csrf_token": value_in(page)}
    fields["returned_form"] = html.unescape(carried[1])
    return lena.browser.post("/review/sign-in", data=fields)


@pytest.mark.parametrize(
    "action",
    [
        "//review/read",
        "https://elsewhere.example/review/read",
        "//elsewhere.example/review/read",
        "/review/sign-in",
        "/review/unread",
        "/f/token",
        "/api/v1/closed-cases",
        "javascript:alert(1)",
        "/review/answers/x/note?next=//elsewhere.example",
    ],
)
def test_a_sign_in_returns_forms_of_the_leads_pages_only(lena: Somebody, action: str) -> None:
    lena.post("/review/sign-out")
    token = value_in(lena.get("/review/sign-in").text)
    fields = {"name": "lena", "password": PASSWORD, "csrf_token": token}
    carried = json.dumps({"action": action, "fields": [["text", "typed"]]})
    done = lena.browser.post("/review/sign-in", data={**fields, "returned_form": carried})
    assert (done.status_code, done.location) == (303, "/review/")


@pytest.mark.parametrize("carried", ["", "{", "[]", '{"action": 1}', '{"action": "\\ud800"}'])
def test_a_returned_form_that_cannot_be_read_is_ignored(lena: Somebody, carried: str) -> None:
    lena.post("/review/sign-out")
    token = value_in(lena.get("/review/sign-in").text)
    fields = {"name": "lena", "password": PASSWORD, "csrf_token": token}
    done = lena.browser.post("/review/sign-in", data={**fields, "returned_form": carried})
    assert done.status_code == 303


def test_a_sign_in_carries_a_bounded_form_without_secrets(lena: Somebody, one: str) -> None:
    lena.office.wait(hours=13)
    place = f"/review/answers/{one}/note"
    fields = {"text": TEXT, "revision": "1", "csrf_token": "SECRET", "password": "SECRET"}
    assert "SECRET" not in lena.browser.post(place, data=fields).text
    long = "ä" * (returned_form._LARGEST // 2 + 1)
    page = lena.browser.post(place, data={"text": long, "revision": "1"}).text
    assert 'name="returned_form" value=""' in page
    assert long in page, "a text that is too long to carry can still be copied"


def test_a_form_from_another_site_is_not_returned(lena: Somebody, one: str) -> None:
    place = f"/review/answers/{one}/note"
    headers = {"Sec-Fetch-Site": "cross-site"}
    refused = lena.browser.post(place, data={"text": "FOREIGN"}, headers=headers)
    assert refused.status_code == 400
    assert "FOREIGN" not in refused.text


class Down:
    """A database that cannot be reached."""

    engine = "sqlite"

    def __getattr__(self, name: str) -> Any:
        raise DatabaseUnavailableError("the database cannot be reached")


def test_a_database_that_is_unavailable_gives_the_text_back(
    office: Office, lena: Somebody, one: str
) -> None:
    token = value_in(lena.get("/review/unread").text)
    application = lena.browser.application
    application.config["PROGRAM"] = replace(office.program, database=Down())
    for rule in post_routes(office):
        place = path(rule, one)
        refused = lena.browser.post(place, data={**form(one, TEXT), "csrf_token": token})
        assert refused.status_code == 503, rule
        assert refused.headers["Retry-After"] == "10"
        assert gives_back(refused.text, place, TEXT), rule


def test_a_database_that_fails_while_storing_gives_the_text_back(
    office: Office, lena: Somebody, one: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = value_in(lena.get("/review/unread").text)
    assert publish_note(lena, f"/review/{WEEK}/note", **{"text-en": TEXT}).status_code == 303
    previewed = fingerprint({"en": TEXT, "de": "Neu."})
    another = {"text-de": "Neu.", "step": "publish", "seen": previewed, "notes": "1"}
    monkeypatch.setattr(type(office.program.database), "write", lambda _: Down().write())
    for rule in post_routes(office):
        if rule.endpoint == "leads.preview_redaction":
            continue  # It stores nothing.
        place, fields = path(rule, one), {**form(one, TEXT), "csrf_token": token}
        if rule.endpoint == "leads.publish_note":
            fields |= another
        refused = lena.browser.post(place, data=fields)
        assert refused.status_code == 503, rule
        assert gives_back(refused.text, place, TEXT), rule


def test_a_text_that_is_too_long_is_given_back(office: Office, lena: Somebody, one: str) -> None:
    long = "too long " * 300
    token = value_in(lena.get("/review/unread").text)
    known = TOO_LONG.keys() | WITHOUT_LONG_TEXT
    assert {rule.endpoint for rule in post_routes(office)} == known, (
        "a new route must be in one of the two lists"
    )
    before = office.everything()
    for rule in post_routes(office):
        if rule.endpoint in TOO_LONG:
            place = path(rule, one)
            fields = {**form(one, "ok"), TOO_LONG[rule.endpoint]: long, "csrf_token": token}
            refused = lena.browser.post(place, data=fields)
            assert refused.status_code == 422, rule
            assert long in refused.text, rule
    assert office.everything() == before


def test_an_error_page_gives_the_text_back(office: Office, lena: Somebody) -> None:
    place = "/review/answers/nothing/note"
    refused = lena.post(place, text=TEXT, revision="1")
    assert refused.status_code == 404
    assert gives_back(refused.text, place, TEXT)
