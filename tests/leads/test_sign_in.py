"""In and out: who gets in, how long, and what a stranger learns."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from argon2 import PasswordHasher, Type, extract_parameters

from feedback_app.app import create_app
from feedback_app.leads import passwords, sessions, sign_in_limits
from feedback_app.store import leads
from tests.support.fast_programs import SHIPPED_HASHER
from tests.support.office import Office
from tests.support.team import PASSWORD, Somebody, add_account, settings, value_in

WEEK = "/review/2026-W47"


def test_a_lead_signs_in_and_gets_the_requested_page(team_office: Office) -> None:
    add_account(team_office, "lena", "lead")
    lena = Somebody(team_office)
    asked = lena.get(f"{WEEK}?weeks=104")
    assert asked.status_code == 303
    assert asked.location == "/review/sign-in?next=/review/2026-W47?weeks%3D104"
    done = lena.sign_in(" Lena ", query=asked.location.removeprefix("/review/sign-in"))
    assert done.location == f"{WEEK}?weeks=104"
    assert lena.get(WEEK).status_code == 200


@pytest.mark.parametrize(
    "elsewhere",
    [
        "https://elsewhere.example/review/",
        "//elsewhere.example/review/",
        "/\\elsewhere.example",
        "/review/\n",
        "javascript:alert(1)",
        "/f/token",
    ],
)
def test_no_open_redirect_after_signing_in(sqlite_team_office: Office, elsewhere: str) -> None:
    add_account(sqlite_team_office, "lena", "lead")
    lena = Somebody(sqlite_team_office)
    page = value_in(lena.get("/review/sign-in").text)
    done = lena.browser.post(
        "/review/sign-in",
        query_string={"next": elsewhere},
        data={"name": "lena", "password": PASSWORD, "csrf_token": page},
    )
    assert done.location == "/review/"


def test_an_unknown_name_gets_the_same_response_after_the_same_work(
    sqlite_team_office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_account(sqlite_team_office, "lena", "lead")
    add_account(sqlite_team_office, "sso", "lead", password=False)
    checked, verify = [], PasswordHasher.verify

    def verifying(hasher: PasswordHasher, stored: str, password: str) -> bool:
        checked.append(str(extract_parameters(stored)))
        return verify(hasher, stored, password)

    monkeypatch.setattr(PasswordHasher, "verify", verifying)
    pages, work = set(), set()
    for name in ("lena", "nobody", "sso"):
        checked.clear()
        refused = Somebody(sqlite_team_office).sign_in(name, "a wrong password")
        assert refused.status_code == 401
        pages.add(refused.text.replace(name, "").replace(value_in(refused.text), ""))
        work.add(tuple(checked))
    assert len(pages) == 1
    assert len(work) == 1
    assert len(work.pop()) == 1


def test_guessing_is_rate_limited_for_known_and_unknown_names(
    sqlite_team_office: Office,
) -> None:
    add_account(sqlite_team_office, "lena", "lead")
    for name in ("lena", "nobody"):
        stranger = Somebody(sqlite_team_office)
        codes = [stranger.sign_in(name, f"guess {number}").status_code for number in range(6)]
        assert codes == [401] * 5 + [429]
        # The right password does not help before the time is over.
        refused = stranger.sign_in(name)
        assert refused.status_code == 429
        assert int(refused.headers["Retry-After"]) > 0
        assert stranger.get(WEEK).status_code == 303


def test_nobody_waits_longer_because_the_clock_was_set_back(sqlite_team_office: Office) -> None:
    add_account(sqlite_team_office, "lena", "lead")
    stranger = Somebody(sqlite_team_office)
    codes = [stranger.sign_in("lena", "guess").status_code for _ in range(6)]
    assert codes == [401] * 5 + [429]
    sqlite_team_office.wait(hours=-1)
    assert stranger.sign_in("lena").status_code == 303


def test_an_address_that_guesses_many_names_is_rate_limited(sqlite_team_office: Office) -> None:
    app = create_app(parts=sqlite_team_office.program)
    with app.app_context():
        for number in range(50):
            sign_in_limits.attempt(f"name{number}", "192.0.2.1", lambda: None)
        with pytest.raises(sign_in_limits.AttemptRefused) as refused:
            sign_in_limits.attempt("another", "192.0.2.1", lambda: None)
        assert refused.value.seconds > 0
        assert sign_in_limits.attempt("another", "192.0.2.2", lambda: None) is None


def test_two_passwords_are_checked_at_a_time_and_others_try_again_soon(
    sqlite_team_office: Office,
) -> None:
    add_account(sqlite_team_office, "lena", "lead")
    lena = Somebody(sqlite_team_office)
    answers = []

    def meanwhile() -> None:
        answers.append(lena.sign_in("lena"))

    with lena.browser.application.app_context():
        sign_in_limits.attempt("a", None, lambda: sign_in_limits.attempt("b", None, meanwhile))
    (refused,) = answers
    assert (refused.status_code, refused.headers["Retry-After"]) == (503, "1")
    assert "Wait a few seconds" in refused.text
    assert lena.sign_in("lena").status_code == 303


def test_parallel_guesses_cannot_exceed_the_limit(sqlite_team_office: Office) -> None:
    add_account(sqlite_team_office, "lena", "lead")
    checked: list[str] = []

    def slow_check(password: str, stored: str | None) -> bool:
        checked.append(password)
        time.sleep(0.05)
        return False

    guesser = Somebody(sqlite_team_office)
    app = guesser.browser.application
    page = value_in(guesser.get("/review/sign-in").text)
    cookie = guesser.browser.get_cookie("leads")

    def guess_in_parallel(number: int) -> int:
        browser = app.test_client()
        browser.set_cookie("leads", cookie.value)
        form = {"name": "lena", "password": f"guess {number}", "csrf_token": page}
        return int(browser.post("/review/sign-in", data=form).status_code)

    with pytest.MonkeyPatch.context() as patch, ThreadPoolExecutor(16) as pool:
        patch.setattr(passwords, "verify", slow_check)
        codes = list(pool.map(guess_in_parallel, range(64)))
    assert len(checked) <= 5
    assert set(codes) <= {401, 429, 503}


def test_a_successful_sign_in_does_not_count_against_its_name_or_address(
    sqlite_team_office: Office,
) -> None:
    add_account(sqlite_team_office, "lena", "lead")
    for _ in range(7):
        assert Somebody(sqlite_team_office).sign_in("lena").status_code == 303


def _guess_often(office: Office, **environ: str) -> Callable[..., Any]:
    """Guess under fifty names; return how to try again."""
    add_account(office, "lena", "lead")
    browser = Somebody(office).browser
    page = value_in(browser.get("/review/sign-in").text)

    def send(name: str, password: str, **said: str) -> Any:
        form = {"name": name, "password": password, "csrf_token": page}
        return browser.post("/review/sign-in", data=form, environ_overrides={**environ, **said})

    for number in range(50):
        assert send(f"name{number}", "short guess").status_code == 401
    return send


def test_an_attacker_behind_the_same_proxy_locks_no_lead_out(sqlite_team_office: Office) -> None:
    settings(sqlite_team_office, trusted_proxies=("192.0.2.1",))
    send = _guess_often(
        sqlite_team_office, REMOTE_ADDR="192.0.2.1", HTTP_X_FORWARDED_FOR="203.0.113.9"
    )
    assert send("another", "short guess").status_code == 429
    # The header that the stranger brought stands before what the proxy wrote.
    brought = "198.51.100.7, 203.0.113.9"
    assert send("another", "short guess", HTTP_X_FORWARDED_FOR=brought).status_code == 429
    assert send("lena", PASSWORD, HTTP_X_FORWARDED_FOR="198.51.100.7").status_code == 303


def test_behind_an_unknown_proxy_only_names_are_rate_limited(
    sqlite_team_office: Office,
) -> None:
    send = _guess_often(sqlite_team_office, REMOTE_ADDR="127.0.0.1")
    codes = [send("name0", "short guess").status_code for _ in range(5)]
    assert codes == [401] * 4 + [429]
    assert send("lena", PASSWORD).status_code == 303


def test_every_sign_in_creates_a_new_session_and_csrf_token(team_office: Office) -> None:
    lena = Somebody(team_office, "lead", "lena")
    first_value = value_in(lena.get(WEEK).text)
    (first,) = team_office.rows("lead_sessions")
    lena.post("/review/sign-out")
    before = value_in(lena.get("/review/sign-in").text)
    lena.sign_in("lena")
    (second,) = team_office.rows("lead_sessions")
    after = value_in(lena.get(WEEK).text)
    assert first["digest"] != second["digest"]
    assert len({first_value, before, after}) == 3


def test_signing_out_ends_the_session_for_a_copy_of_the_cookie_too(team_office: Office) -> None:
    lena = Somebody(team_office, "lead", "lena")
    copied = lena.browser.get_cookie("leads")
    assert lena.post("/review/sign-out").location == "/review/sign-in"
    thief = Somebody(team_office)
    thief.browser.set_cookie("leads", copied.value)
    assert thief.get(WEEK).status_code == 303
    assert team_office.rows("lead_sessions") == []


def test_removing_an_account_ends_its_sessions(team_office: Office) -> None:
    lena = Somebody(team_office, "lead", "lena")
    with team_office.program.database.write() as tx:
        assert leads.remove(tx, "lena")
    assert lena.get(WEEK).status_code == 303


def test_a_session_ends_after_two_hours_without_a_request(team_office: Office) -> None:
    lena = Somebody(team_office, "lead", "lena")
    team_office.now += sessions.IDLE - timedelta(minutes=1)
    assert lena.get(WEEK).status_code == 200
    team_office.now += sessions.IDLE - timedelta(minutes=1)
    assert lena.get(WEEK).status_code == 200
    team_office.now += sessions.IDLE
    assert lena.get(WEEK).status_code == 303


def test_a_session_ends_after_twelve_hours_however_busy(team_office: Office) -> None:
    lena = Somebody(team_office, "lead", "lena")
    for _ in range(11):
        team_office.now += timedelta(hours=1)
        assert lena.get(WEEK).status_code == 200
    team_office.now += timedelta(hours=1)
    assert lena.get(WEEK).status_code == 303


def test_the_cookie_has_the_host_prefix_with_https(sqlite_office: Office) -> None:
    settings(sqlite_office, public_url="https://survey.example")
    add_account(sqlite_office, "lena", "lead")
    browser = create_app(parts=sqlite_office.program).test_client()
    shown = browser.get("/review/sign-in", base_url="https://survey.example")
    done = browser.post(
        "/review/sign-in",
        base_url="https://survey.example",
        data={"name": "lena", "password": PASSWORD, "csrf_token": value_in(shown.text)},
    )
    (cookie,) = done.headers.getlist("Set-Cookie")
    assert cookie.startswith("__Host-leads=")
    for part in ("Secure", "HttpOnly", "SameSite=Lax", "Path=/"):
        assert part in cookie.split("; ")


def test_without_https_the_page_explains_why_sign_in_is_not_offered(sqlite_office: Office) -> None:
    add_account(sqlite_office, "lena", "lead")
    browser = create_app(parts=sqlite_office.program).test_client()
    for shown in (browser.get("/review/sign-in"), browser.get(WEEK), browser.post(WEEK)):
        assert shown.status_code in (405, 503)
        assert "Set-Cookie" not in shown.headers
    assert "FEEDBACK_PUBLIC_URL" in browser.get(WEEK).text


def test_the_survey_ignores_the_cookie(sqlite_team_office: Office) -> None:
    lena = Somebody(sqlite_team_office, "lead")
    shown = lena.get(sqlite_team_office.path(sqlite_team_office.invite()))
    assert "Set-Cookie" not in shown.headers
    assert "Cookie" not in shown.headers.get("Vary", "")


class TestSingleSignOn:
    """A trusted proxy names who signed in."""

    @pytest.fixture
    def office(self, team_office: Office) -> Office:
        settings(team_office, sign_in_header="RemoteUser", trusted_proxies=("127.0.0.1",))
        add_account(team_office, "lena@firm.example", "lead", password=False)
        return team_office

    def ask(self, person: Somebody, name: str, address: str = "127.0.0.1") -> Any:
        return person.browser.get(
            WEEK, headers={"RemoteUser": name}, environ_base={"REMOTE_ADDR": address}
        )

    def test_the_account_named_by_the_proxy_is_signed_in(self, office: Office) -> None:
        assert self.ask(Somebody(office), "Lena@firm.example").status_code == 200

    def test_the_header_is_only_trusted_from_the_proxy(self, office: Office) -> None:
        stranger = self.ask(Somebody(office), "lena@firm.example", "192.0.2.7")
        assert stranger.status_code == 303

    def test_a_name_without_an_account_is_not_signed_in(self, office: Office) -> None:
        assert self.ask(Somebody(office), "nobody@firm.example").status_code == 303
        assert self.ask(Somebody(office), "").status_code == 303

    def test_an_account_that_the_proxy_no_longer_names_is_signed_out(self, office: Office) -> None:
        lena = Somebody(office)
        assert self.ask(lena, "lena@firm.example").status_code == 200
        assert self.ask(lena, "").status_code == 303
        assert office.rows("lead_sessions") == []

    def test_passwords_do_not_work_with_single_sign_on(self, office: Office) -> None:
        add_account(office, "anna", "admin")
        anna = Somebody(office)
        assert anna.sign_in("anna").status_code == 400, "there is no form to sign in with"
        with anna.browser.session_transaction("/review/") as session:
            session["csrf_token"] = "known"
        form = {"name": "anna", "password": PASSWORD, "csrf_token": "known"}
        assert anna.browser.post("/review/sign-in", data=form).status_code == 403

    def test_without_the_setting_the_header_is_ignored(self, office: Office) -> None:
        settings(office, sign_in_header=None)
        assert self.ask(Somebody(office), "lena@firm.example").status_code == 303


def test_the_length_of_a_password_is_limited() -> None:
    for wrong in ("short", "x" * 14, "x" * 201):
        with pytest.raises(ValueError, match="15 to 200"):
            passwords.hash_password(wrong)


def test_guessing_a_password_costs_at_least_what_owasp_recommends_for_argon2id() -> None:
    parameters = extract_parameters(SHIPPED_HASHER.hash(PASSWORD))
    assert parameters.type is Type.ID
    assert parameters.time_cost >= 2
    assert parameters.memory_cost >= 19 * 1024
    assert parameters.hash_len >= 32


def test_an_outdated_hash_is_replaced_at_the_next_sign_in(
    sqlite_team_office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_account(sqlite_team_office, "lena", "lead")
    (before,) = sqlite_team_office.rows("leads")
    newer = passwords.PasswordHasher(time_cost=2, memory_cost=64, parallelism=1)
    monkeypatch.setattr(passwords, "_HASHER", newer)
    assert Somebody(sqlite_team_office).sign_in("lena").status_code == 303
    (after,) = sqlite_team_office.rows("leads")
    assert before["password_hash"] != after["password_hash"]
    assert passwords.verify(PASSWORD, after["password_hash"])


def test_the_key_of_a_session_is_not_in_the_database(sqlite_team_office: Office) -> None:
    lena = Somebody(sqlite_team_office, "lead")
    with lena.browser.session_transaction("/review/") as session:
        key = session["_user_id"]
    (row,) = sqlite_team_office.rows("lead_sessions")
    assert key not in row.values()
