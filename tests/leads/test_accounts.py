"""Accounts of leads: admins add, change, reset and remove them, and leads set their passwords."""

import re
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from email import message_from_string
from email.policy import default
from threading import Barrier
from typing import Any

import pytest
from pydantic import SecretStr

from feedback_app.commands.leads import lead as lead_command
from feedback_app.jobs.accounts import LINK_LIFETIME, Accounts, LastAdminError
from feedback_app.mail.sender import NotDeliveredError, ReadyMessage
from feedback_app.store import decisions, follow_ups, leads
from tests.support.office import Office
from tests.support.team import PASSWORD, Somebody, add_account, answered, settings, value_in, words

NEW = "four words to remember"
PAGE = "/review/accounts"


@pytest.fixture
def ada(team_office: Office) -> Somebody:
    return Somebody(team_office, "admin", "ada")


def roles(office: Office) -> dict[str, str]:
    return {one.name: one.role for one in leads.all_leads(office.program.database)}


def audited(office: Office) -> list[tuple[str | None, str, str | None]]:
    """Return who did what about which account, oldest first."""
    entries = leads.actions(office.program.database, 50)
    found = [(one.lead, one.action, one.subject) for one in reversed(entries)]
    return [one for one in found if one[1].startswith(("account", "password"))]


def link_on(page: Any) -> str:
    """Return the path of the link to set a password on a page or in an email."""
    text = page if isinstance(page, str) else page.text
    found = re.findall(r"/review/set-password/[\w-]+", text)
    assert len(found) == 1
    return str(found[0])


def set_password(office: Office, link: str, password: str = NEW, again: str | None = None) -> Any:
    browser = Somebody(office).browser
    token = value_in(browser.get(link).text)
    form = {"new_password": password, "repeated": again or password, "csrf_token": token}
    return browser.post(link, data=form)


class Outgoing:
    """Keeps the emails that are sent; the first `failures` are not accepted."""

    def __init__(self, failures: int = 0) -> None:
        self.failures = failures
        self.texts: list[str] = []

    def send(self, message: ReadyMessage) -> None:
        self.failures -= 1
        if self.failures >= 0:
            raise NotDeliveredError("busy")
        email = message_from_string(message.text, policy=default)
        self.texts.append(f"To: {email['To']}\n{email.get_content()}")

    def discard(self, message_id: str) -> None:
        pass

    def close(self) -> None:
        pass


class TestAdding:
    """An admin adds an account, which gets a link to set its password."""

    def test_the_link_is_shown_once_and_signs_the_lead_in(
        self, team_office: Office, ada: Somebody
    ) -> None:
        shown = ada.post(PAGE, name=" Lena ", role="lead", email="")
        assert shown.status_code == 200
        link = link_on(shown)
        assert link not in ada.get(PAGE).text
        assert "No password yet; the link works until" in words(ada.get(PAGE))
        done = set_password(team_office, link)
        assert done.location == "/review/sign-in?set=y"
        assert "Your password is set" in Somebody(team_office).get(done.location).text
        assert Somebody(team_office).sign_in("lena", NEW).status_code == 303
        assert roles(team_office) == {"ada": "admin", "lena": "lead"}
        assert set(audited(team_office)) == {
            ("ada", "account added", "lena, lead"),
            ("lena", "password set", "lena"),
        }

    def test_the_list_shows_name_role_email_last_sign_in_and_state(
        self, team_office: Office, ada: Somebody
    ) -> None:
        ada.post(PAGE, name="lena", role="reader", email="lena@firm.example")
        row = words(ada.get(PAGE)).split("lena", 1)[1]
        assert row.startswith(" Reader lena@firm.example never No password yet")
        assert re.search(r"ada Admin – .* 2026.* Active", words(ada.get(PAGE)))

    def test_the_link_goes_to_the_email_address_if_email_is_configured(
        self, team_office: Office, ada: Somebody
    ) -> None:
        settings(team_office, smtp_url=SecretStr("smtp://127.0.0.1:1"))
        ada = signed_in_again(team_office)
        shown = ada.post(PAGE, name="lena", role="lead", email="lena@firm.example")
        assert "is on its way to lena@firm.example" in words(shown)
        assert "/set-password/" not in shown.text
        outgoing = Outgoing(failures=1)
        team_office.deliver(outgoing)
        team_office.wait(hours=1)
        team_office.deliver(outgoing)
        (text,) = outgoing.texts
        assert "To: lena@firm.example" in text
        assert set_password(team_office, link_on(text)).status_code == 303

    def test_an_account_whose_name_is_an_email_address_gets_the_email_there(
        self, team_office: Office, ada: Somebody
    ) -> None:
        settings(team_office, smtp_url=SecretStr("smtp://127.0.0.1:1"))
        ada = signed_in_again(team_office)
        ada.post(PAGE, name="lena@firm.example", role="lead", email="")
        outgoing = Outgoing()
        team_office.deliver(outgoing)
        assert "To: lena@firm.example" in outgoing.texts[0]

    def test_no_link_is_sent_if_the_account_was_removed_or_has_another_address(
        self, team_office: Office, ada: Somebody
    ) -> None:
        settings(team_office, smtp_url=SecretStr("smtp://127.0.0.1:1"))
        ada = signed_in_again(team_office)
        for name in ("lena", "otto"):
            ada.post(PAGE, name=name, role="lead", email=f"{name}@firm.example")
        ada.post(f"{PAGE}/lena", role="lead", email="else@firm.example")
        ada.post(f"{PAGE}/otto/remove", confirm="y")
        outgoing = Outgoing()
        team_office.deliver(outgoing)
        assert outgoing.texts == []

    @pytest.mark.parametrize(
        ("typed", "said"),
        [
            ({"name": "lena meier"}, "Use letters a to z"),
            ({"name": ""}, "Use letters a to z"),
            ({"name": "ADA"}, "already an account with this name"),
            ({"email": "lena@"}, "This is not an email address"),
        ],
    )
    def test_a_wrong_field_is_explained_and_keeps_what_was_typed(
        self, team_office: Office, ada: Somebody, typed: dict[str, str], said: str
    ) -> None:
        fields = {"name": "lena", "role": "reader", "email": "lena@firm.example", **typed}
        refused = ada.post(PAGE, **fields)
        assert refused.status_code in (409, 422)
        assert said in refused.text
        assert all(f'value="{text}"' in refused.text for text in fields.values() if text)
        assert roles(team_office) == {"ada": "admin"}


def signed_in_again(office: Office) -> Somebody:
    """Sign ada in to a server with the present settings."""
    ada = Somebody(office)
    assert ada.sign_in("ada").status_code == 303
    return ada


class TestTheLink:
    """It works once, within 72 hours, and the database does not contain its token."""

    @pytest.fixture
    def link(self, ada: Somebody) -> str:
        return link_on(ada.post(PAGE, name="lena", role="lead"))

    def test_it_works_once(self, team_office: Office, link: str) -> None:
        assert set_password(team_office, link).status_code == 303
        again = set_password(team_office, link, "another long password")
        assert again.status_code in (400, 404)
        assert Somebody(team_office).sign_in("lena", NEW).status_code == 303
        shown = Somebody(team_office).get(link)
        assert shown.status_code == 404
        assert "This link no longer works" in shown.text

    def test_it_expires_after_72_hours(self, team_office: Office, link: str) -> None:
        team_office.wait(hours=72)
        shown = Somebody(team_office).get(link)
        assert (shown.status_code, LINK_LIFETIME) == (404, timedelta(hours=72))
        assert "expired after 72 hours" in words(shown)

    def test_a_form_that_was_open_when_it_expired_sets_nothing(
        self, team_office: Office, link: str
    ) -> None:
        browser = Somebody(team_office).browser
        form = {
            "new_password": NEW,
            "repeated": NEW,
            "csrf_token": value_in(browser.get(link).text),
        }
        team_office.wait(hours=73)
        assert browser.post(link, data=form).status_code == 404
        assert leads.find(team_office.program.database, "lena").password_hash is None  # type: ignore[union-attr]

    def test_opening_it_changes_nothing(self, team_office: Office, link: str) -> None:
        before = team_office.everything()
        assert Somebody(team_office).get(link).status_code == 200
        assert team_office.everything() == before

    def test_its_token_is_neither_stored_nor_sent_to_another_site(
        self, team_office: Office, link: str
    ) -> None:
        token = link.rpartition("/")[2]
        assert token not in str(team_office.everything())
        shown = Somebody(team_office).get(link)
        assert shown.headers["Referrer-Policy"] == "same-origin"
        assert shown.headers["Cache-Control"] == "no-store"
        other_pages = shown.text.replace(f'href="{link}?lang=de"', "")
        assert token not in other_pages, "only the page itself in German"

    def test_its_token_is_not_logged(
        self,
        team_office: Office,
        link: str,
        caplog: pytest.LogCaptureFixture,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        def fail(*_: object) -> None:
            raise RuntimeError("broken")

        browser = Somebody(team_office).browser
        monkeypatch.setattr(leads, "find_by_link", fail)
        browser.application.config["PROPAGATE_EXCEPTIONS"] = False
        assert browser.get(link).status_code == 500
        assert "failed" in caplog.text
        assert link.rpartition("/")[2] not in caplog.text

    def test_a_newer_link_replaces_it(self, team_office: Office, ada: Somebody, link: str) -> None:
        newer = link_on(ada.post(f"{PAGE}/lena/reset", confirm="y", show="y"))
        assert Somebody(team_office).get(link).status_code == 404
        assert Somebody(team_office).get(newer).status_code == 200

    def test_it_ends_if_the_email_address_changes(
        self, team_office: Office, ada: Somebody, link: str
    ) -> None:
        ada.post(f"{PAGE}/lena", role="reader", email="")
        assert Somebody(team_office).get(link).status_code == 200
        ada.post(f"{PAGE}/lena", role="reader", email="lena@team.example")
        assert Somebody(team_office).get(link).status_code == 404

    def test_guesses_are_rate_limited(self, team_office: Office, link: str) -> None:
        guesser = Somebody(team_office).browser
        token = value_in(guesser.get(link).text)
        form = {"new_password": NEW, "repeated": NEW, "csrf_token": token}
        address = {"REMOTE_ADDR": "192.0.2.1"}
        codes = [
            guesser.post(f"{link}{number}", data=form, environ_overrides=address).status_code
            for number in range(51)
        ]
        assert codes == [404] * 50 + [429]

    @pytest.mark.parametrize(
        ("password", "again", "said"),
        [
            ("x" * 14, "x" * 14, "needs 15 to 200 characters"),
            ("x" * 201, "x" * 201, "needs 15 to 200 characters"),
            ("x" * 14 + "\0", "x" * 14 + "\0", "needs 15 to 200 characters"),
            (NEW, NEW + "x", "are different"),
        ],
    )
    def test_a_new_password_is_typed_twice_and_long_enough(
        self, team_office: Office, link: str, password: str, again: str, said: str
    ) -> None:
        refused = set_password(team_office, link, password, again)
        assert (refused.status_code, said in refused.text) == (422, True)
        assert password not in refused.text
        assert set_password(team_office, link).status_code == 303

    def test_no_character_is_required_or_refused(self, team_office: Office, link: str) -> None:
        spaces_and_umlauts = "äöü äöü äöü äöü 🙂"
        assert set_password(team_office, link, spaces_and_umlauts).status_code == 303
        assert Somebody(team_office).sign_in("lena", spaces_and_umlauts).status_code == 303


class TestChanging:
    """Role, email address and password of another account."""

    def test_role_and_email_address_are_changed(self, team_office: Office, ada: Somebody) -> None:
        lena = Somebody(team_office, "lead", "lena")
        ada.post(f"{PAGE}/lena", role="reader", email="lena@firm.example")
        assert roles(team_office)["lena"] == "reader"
        assert lena.post("/review/read").status_code == 403, "the present session has the new role"
        assert audited(team_office)[-1] == ("ada", "account changed", "lena, reader")
        assert "lena@firm.example" in ada.get(PAGE).text

    def test_a_reset_ends_password_and_sessions_after_the_box_is_ticked(
        self, team_office: Office, ada: Somebody
    ) -> None:
        lena = Somebody(team_office, "lead", "lena")
        refused = ada.post(f"{PAGE}/lena/reset", show="y")
        assert refused.status_code == 422
        assert "Tick the box first" in refused.text
        assert lena.get("/review/decisions").status_code == 200
        link = link_on(ada.post(f"{PAGE}/lena/reset", confirm="y", show="y"))
        assert lena.get("/review/decisions").status_code == 303
        assert Somebody(team_office).sign_in("lena").status_code == 401
        set_password(team_office, link)
        assert Somebody(team_office).sign_in("lena", NEW).status_code == 303
        assert ("ada", "password reset", "lena") in audited(team_office)

    def test_removing_needs_the_box_and_ends_sessions_immediately(
        self, team_office: Office, ada: Somebody
    ) -> None:
        lena = Somebody(team_office, "lead", "lena")
        assert ada.post(f"{PAGE}/lena/remove").status_code == 422
        assert lena.get("/review/decisions").status_code == 200
        assert ada.post(f"{PAGE}/lena/remove", confirm="y").location == PAGE
        assert lena.get("/review/decisions").status_code == 303
        assert "lena" not in roles(team_office)
        assert audited(team_office)[-1] == ("ada", "account removed", "lena")
        assert "lena" in words(ada.get("/review/audit-log"))

    @pytest.mark.parametrize("owner", ["", "Otto"])
    def test_open_work_of_a_removed_account_is_listed_and_may_get_a_new_owner(
        self, team_office: Office, ada: Somebody, owner: str
    ) -> None:
        one = answered(team_office, "0001", 1, 1, comment="Slow", contact_welcome=True)
        add_account(team_office, "lena", "lead")
        database, now = team_office.program.database, team_office.now
        with database.write() as tx:
            (known,) = follow_ups.of_answer(tx, one)
            follow_ups.plan(tx, known, "Lena", known.due_on)
            decisions.add(tx, "2026-W48", None, "Call them", now, owner="LENA")
        shown = words(ada.get(f"{PAGE}/lena"))
        assert "Follow-up for case 0001" in shown
        assert "Decision: Call them" in shown
        ada.post(f"{PAGE}/lena/remove", confirm="y", owner=owner)
        (follow_up,) = follow_ups.still_open(database)
        (decision,) = decisions.still_open(database)
        assert (follow_up.owner, decision.owner) == ((owner, owner) if owner else ("Lena", "LENA"))

    def test_an_unknown_account_is_not_found(self, ada: Somebody) -> None:
        for path in ("", "/reset", "/remove"):
            fields = {"role": "lead", "confirm": "y", "show": "y"}
            assert ada.post(f"{PAGE}/nobody{path}", **fields).status_code == 404


class TestTheLastAdmin:
    """Somebody can always sign in as an admin."""

    @pytest.mark.parametrize(
        ("path", "fields"), [("", {"role": "lead"}), ("/remove", {"confirm": "y"})]
    )
    def test_they_cannot_be_demoted_or_removed(
        self, team_office: Office, ada: Somebody, path: str, fields: dict[str, str]
    ) -> None:
        ada.post(PAGE, name="new", role="admin")  # has no password yet
        refused = ada.post(f"{PAGE}/ada{path}", **fields)
        assert refused.status_code == 409
        assert "ada is the last admin who can sign in" in words(refused)
        assert roles(team_office)["ada"] == "admin"
        add_account(team_office, "bea", "admin")
        assert ada.post(f"{PAGE}/ada{path}", **fields).status_code == 303

    @pytest.mark.parametrize("change", ["remove", "demote"])
    def test_two_admins_who_go_at_the_same_time_do_not_both_go(
        self, team_office: Office, change: str
    ) -> None:
        names = ("ada", "bea", "cleo", "dora")
        for name in names:
            add_account(team_office, name, "admin")
        together = Barrier(len(names))

        def go(name: str) -> bool:
            together.wait()
            try:
                with team_office.program.database.write() as tx:
                    changes = Accounts(team_office.program, tx, name, team_office.now)
                    if change == "remove":
                        changes.remove(name)
                    else:
                        changes.change(name, "lead", None)
            except LastAdminError:
                return False
            return True

        with ThreadPoolExecutor(len(names)) as pool:
            gone = list(pool.map(go, names))
        assert sorted(gone) == [False, True, True, True]
        assert list(roles(team_office).values()).count("admin") == 1

    def test_with_single_sign_on_an_admin_needs_no_password(self, team_office: Office) -> None:
        settings(team_office, sign_in_header="RemoteUser", trusted_proxies=("127.0.0.1",))
        for name in ("ada", "bea"):
            add_account(team_office, name, "admin", password=False)
        with team_office.program.database.write() as tx:
            changes = Accounts(team_office.program, tx, "ada", team_office.now)
            changes.remove("ada")
            with pytest.raises(LastAdminError):
                changes.remove("bea")


class TestTheOwnPassword:
    """Leads change their own password."""

    def test_other_sessions_end_and_this_one_stays(self, team_office: Office) -> None:
        lena = Somebody(team_office, "reader", "lena")
        elsewhere = Somebody(team_office)
        elsewhere.sign_in("lena")
        form = {"password": PASSWORD, "new_password": NEW, "repeated": NEW}
        done = lena.post("/review/password", **form)
        assert done.location == "/review/password?changed=y"
        assert "Your password is changed" in lena.get(done.location).text
        assert elsewhere.get("/review/decisions").status_code == 303
        assert Somebody(team_office).sign_in("lena").status_code == 401
        assert Somebody(team_office).sign_in("lena", NEW).status_code == 303
        assert audited(team_office)[-1] == ("lena", "password changed", "lena")

    def test_the_current_password_is_checked_and_guesses_are_rate_limited(
        self, team_office: Office
    ) -> None:
        lena = Somebody(team_office, "lead", "lena")
        form = {"password": "a wrong password", "new_password": NEW, "repeated": NEW}
        codes = [lena.post("/review/password", **form).status_code for _ in range(6)]
        assert codes == [422] * 5 + [429]
        team_office.wait(minutes=16)
        assert Somebody(team_office).sign_in("lena").status_code == 303


class TestSingleSignOn:
    """With single sign-on, passwords are managed elsewhere."""

    @pytest.fixture
    def ada(self, team_office: Office) -> Callable[..., Any]:
        settings(team_office, sign_in_header="RemoteUser", trusted_proxies=("127.0.0.1",))
        add_account(team_office, "ada", "admin", password=False)
        browser = Somebody(team_office).browser

        def ask(method: str, path: str, **fields: str) -> Any:
            by = {"headers": {"RemoteUser": "ada"}, "environ_base": {"REMOTE_ADDR": "127.0.0.1"}}
            token = value_in(browser.get(PAGE, **by).text)
            data = {"csrf_token": token, **fields} if method == "POST" else None
            return browser.open(path, method=method, data=data, **by)

        return ask

    def test_the_pages_say_so_and_offer_no_password(self, ada: Callable[..., Any]) -> None:
        shown = ada("GET", "/review/password")
        assert "your password is managed there" in shown.text
        assert 'type="password"' not in shown.text
        assert "Change password" not in ada("GET", PAGE).text
        assert "passwords are managed there" in ada("GET", f"{PAGE}/ada").text
        form = {"password": PASSWORD, "new_password": NEW, "repeated": NEW}
        assert ada("POST", "/review/password", **form).status_code == 403
        assert ada("POST", "/review/set-password/x", **form).status_code == 403

    def test_a_new_account_needs_no_link(
        self, team_office: Office, ada: Callable[..., Any]
    ) -> None:
        shown = ada("POST", PAGE, name="lena@firm.example", role="lead", email="")
        assert "The account is ready" in shown.text
        assert "/set-password/" not in shown.text
        refused = ada("POST", f"{PAGE}/lena@firm.example/reset", confirm="y", show="y")
        assert refused.status_code == 422


class TestTheCommands:
    """The same changes without a browser."""

    def test_the_commands_do_what_the_pages_do(self, sqlite_team_office: Office) -> None:
        office = sqlite_team_office
        link = link_on(office.run(lead_command, "add", "Ada", "--role", "admin", "--link").output)
        set_password(office, link)
        listed = office.run(lead_command, "list").output
        assert "ada\tadmin\tno email\tpassword" in listed
        refused = office.run(lead_command, "remove", "ada")
        assert refused.exit_code == 1
        assert "ada is the last admin who can sign in" in refused.output
        assert office.run(lead_command, "change", "ada", "--role", "lead").exit_code == 1
        office.run(lead_command, "change", "ada", "--email", "ada@firm.example")
        assert "ada@firm.example" in office.run(lead_command, "list").output
        again = link_on(office.run(lead_command, "reset", "ada").output)
        assert Somebody(office).sign_in("ada", NEW).status_code == 401
        set_password(office, again)
        office.run(lead_command, "add", "bea", "--role", "admin", "--generate")
        assert office.run(lead_command, "remove", "ada").output == "Removed ada.\n"
        assert Counter(action for _, action, _ in audited(office)) == {
            "account added": 2,
            "password set": 2,
            "account changed": 1,
            "password reset": 1,
            "account removed": 1,
        }

    @pytest.mark.parametrize("command", ["remove", "reset", "change"])
    def test_an_unknown_account_is_an_error(self, sqlite_team_office: Office, command: str) -> None:
        failed = sqlite_team_office.run(lead_command, command, "nobody")
        assert failed.exit_code == 1
        assert "No account nobody" in failed.output
