"""The application serves the built site and the survey, and every error is a page."""

import json
from pathlib import Path

import pytest
from flask import session
from flask.sessions import NullSession

from feedback_app.app import create_app
from feedback_app.settings import Settings
from tests.support.office import KEY


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """A built site, and a private file next to its folder."""
    folder = tmp_path / "site"
    (folder / "de").mkdir(parents=True)
    (folder / "index.html").write_text("the home page", encoding="utf-8")
    (folder / "de" / "index.html").write_text("die Startseite", encoding="utf-8")
    (folder / "404.html").write_text("not here", encoding="utf-8")
    (folder / "de" / "404.html").write_text("nicht hier", encoding="utf-8")
    (folder / "v6" / "docs" / "old").mkdir(parents=True)
    (folder / "v6" / "docs" / "old" / "index.html").write_text("moved", encoding="utf-8")
    policy = {"Content-Security-Policy": "default-src 'none'; script-src 'sha256-x'"}
    told = {"/*": policy, "/style-1.css": {"Cache-Control": "immutable"}}
    (folder / "style-1.css").write_text("", encoding="utf-8")
    (folder / "headers.json").write_text(json.dumps(told), encoding="utf-8")
    (folder / ".well-known").mkdir()
    (folder / ".well-known" / "security.txt").write_text("Contact: …", encoding="utf-8")
    (folder / ".env").write_text("secret", encoding="utf-8")
    (folder / "_redirects").write_text("/v7/older /de/ 301\n", encoding="utf-8")
    (tmp_path / "secret.txt").write_text("secret", encoding="utf-8")
    return folder


@pytest.fixture
def client(site: Path, tmp_path: Path):
    """A browser without a screen, on the program that serves the site."""
    settings = Settings(
        secret_keys=KEY, database=f"sqlite:///{tmp_path}/feedback.sqlite", site=site
    )
    app = create_app(settings)
    yield app.test_client()
    app.config["PROGRAM"].database.close()


@pytest.mark.parametrize(
    ("address", "text"),
    [("/", "the home page"), ("/index.html", "the home page"), ("/de/", "die Startseite")],
)
def test_the_site_is_served_with_the_headers_it_was_built_for(client, address, text) -> None:
    with client.get(address) as page:
        assert (page.status_code, page.text) == (200, text)
        assert "sha256-x" in page.headers["Content-Security-Policy"]


def test_only_files_with_a_hash_in_their_name_are_cached(client) -> None:
    with client.get("/style-1.css") as style, client.get("/index.html") as page:
        assert style.headers["Cache-Control"] == "immutable"
        assert "sha256-x" in style.headers["Content-Security-Policy"]
        assert "immutable" not in page.headers["Cache-Control"]


def test_an_old_address_without_a_slash_redirects_to_its_page(client) -> None:
    answer = client.get("/v6/docs/old")
    assert (answer.status_code, answer.headers["Location"]) == (301, "/v6/docs/old/")
    assert "sha256-x" in answer.headers["Content-Security-Policy"]
    with client.get("/v6/docs/old/") as page:
        assert page.text == "moved"


def test_a_listed_old_address_redirects_to_the_new_one(client) -> None:
    answer = client.get("/v7/older")
    assert (answer.status_code, answer.headers["Location"]) == (301, "/de/")


@pytest.mark.parametrize("address", ["/%2fexample.org", "/v6/../..", "/v6%2f..%2f..%2f", "/.env"])
def test_the_site_has_no_open_redirect(client, address) -> None:
    with client.get(address) as answer:
        assert "Location" not in answer.headers or answer.headers["Location"].startswith("/v6")


def test_an_unknown_address_shows_the_404_page_of_the_site(client) -> None:
    with client.get("/nothing/here.html") as page:
        assert (page.status_code, page.text) == (404, "not here")


@pytest.mark.parametrize("address", ["/de/nothing", "/de/nothing/here.html", "/de/.env"])
def test_an_unknown_address_below_a_language_shows_the_404_page_of_that_language(
    client, address: str
) -> None:
    with client.get(address) as page:
        assert (page.status_code, page.text) == (404, "nicht hier")


def test_hidden_files_are_not_served_but_well_known_ones_are(client) -> None:
    for address in ("/.env", "/.well-known/.env", "/headers.json", "/_redirects"):
        with client.get(address) as page:
            assert (page.status_code, page.text) == (404, "not here")
    with client.get("/.well-known/security.txt") as page:
        assert page.status_code == 200


@pytest.mark.parametrize(
    "address", ["/../secret.txt", "/%2e%2e/secret.txt", "/de/../../secret.txt"]
)
def test_nothing_outside_the_site_is_served(client, address) -> None:
    with client.get(address) as page:
        assert page.status_code == 404
        assert "secret" not in page.text


def test_the_survey_keeps_its_own_headers_when_the_site_is_served(client) -> None:
    page = client.get("/f/no-token")
    assert page.status_code == 404
    assert "style-src 'sha256-" in page.headers["Content-Security-Policy"]
    assert page.headers["Cache-Control"] == "no-store"


def test_a_wrong_method_gets_a_page_with_the_allowed_methods(client) -> None:
    page = client.put("/healthz")
    assert page.status_code == 405
    assert "GET" in page.headers["Allow"]
    assert "<h1>" in page.text


def test_a_database_that_was_never_migrated_is_not_ready(client, caplog) -> None:
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json) == (503, {"status": "not ready"})
    assert "feedback migrate" in caplog.text


def test_an_invalid_database_file_gives_an_error_page_and_logs_no_link(
    client, tmp_path, caplog
) -> None:
    (tmp_path / "feedback.sqlite").write_bytes(b"this is no database" * 300)
    token = client.application.config["PROGRAM"].links.sign("survey", "an-invitation")
    assert client.get("/readyz").status_code == 503
    page = client.get(f"/f/{token}")
    assert (page.status_code, page.headers["Retry-After"]) == (503, "10")
    assert token not in caplog.text


@pytest.mark.parametrize(
    ("path", "has_session"),
    [("/f/x", False), ("/o/x", False), ("/api/v1/closed-cases", False), ("/review/", True)],
)
def test_a_session_is_only_opened_for_leads(client, path: str, has_session: bool) -> None:
    with client.application.test_request_context(path):
        assert isinstance(session, NullSession) is not has_session
