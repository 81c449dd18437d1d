"""Every response has the security headers, whatever the route, method or error."""

import json
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from feedback_app.app import create_app
from feedback_app.web.headers import common_headers
from feedback_app.web.pages import see_other
from knowledge_site.after.headers import security_headers
from tests.support.office import Office
from tests.support.senders import with_settings

HTTPS = "https://survey.example"
NAMES = set(common_headers(HTTPS))
HALF_A_YEAR = 15_768_000


@pytest.fixture
def app(sqlite_office: Office, tmp_path: Path) -> Flask:
    """The app at an https address, with a built site."""
    site = tmp_path / "site"
    (site / "old").mkdir(parents=True)
    for name in ("index.html", "404.html", "old/index.html", "figures.json"):
        (site / name).write_text("x", encoding="utf-8")
    headers = {"/*": security_headers(["run()"], HTTPS)}
    (site / "headers.json").write_text(json.dumps(headers), encoding="utf-8")
    app = create_app(parts=with_settings(sqlite_office, site=site, public_url=HTTPS))
    app.add_url_rule("/breaks", view_func=lambda: 1 / 0)
    return app


def requests(app: Flask) -> list[tuple[str, str]]:
    """Return a method and path for each route, and each kind of error."""
    found = [("GET", "/old"), ("GET", "/nothing"), ("GET", "/figures.json"), ("GET", "/review")]
    found += [
        ("GET", "/" + "A" * 300),
        ("GET", "/" + "a/" * 5000),
        ("GET", "/%00"),
        ("GET", "//f//x"),
    ]
    for rule in app.url_map.iter_rules():
        values = {name: "2026-W47" if name == "week" else "1" for name in rule.arguments}
        path = rule.build(values, append_unknown=False)
        for method in ("GET", "POST", "PUT", "OPTIONS") if path else ():
            found.append((method, path[1]))
    return found


def scored_faults(headers: Any, is_redirect: bool) -> list[str]:
    """Return the faults that cost points in the MDN Observatory (https://developer.mozilla.org/observatory).

    Rules of the scoring methodology, version 5: a response without faults gets 100 points.
    """
    policy = {
        words[0]: words[1:]
        for part in headers["Content-Security-Policy"].split(";")
        if (words := part.split())
    }
    sts = headers["Strict-Transport-Security"].removeprefix("max-age=")
    faults = {
        "unsafe policy": any("unsafe" in value for values in policy.values() for value in values),
        "default-src": policy.get("default-src") != ["'none'"],
        "broad sources": any(v in ("*", "http:", "https:") for vs in policy.values() for v in vs),
        "base-uri": policy.get("base-uri") != ["'none'"],
        "form-action": policy.get("form-action", [""])[0] not in ("'self'", "'none'"),
        "frame-ancestors": policy.get("frame-ancestors") != ["'none'"],
        "HSTS": int(sts.partition(";")[0]) < HALF_A_YEAR,
        "nosniff": headers["X-Content-Type-Options"] != "nosniff",
        "referrer": headers["Referrer-Policy"]
        not in ("no-referrer", "same-origin", "strict-origin-when-cross-origin"),
        "CORP": headers["Cross-Origin-Resource-Policy"] not in ("same-origin", "same-site"),
        "CORS": "Access-Control-Allow-Origin" in headers,
        "redirect": is_redirect and not headers["Location"].startswith("/"),
    }
    for cookie in headers.getlist("Set-Cookie"):
        parts = set(cookie.split("; "))
        faults[f"cookie {cookie}"] = not (
            cookie.startswith("__Host-")
            and parts >= {"Secure", "HttpOnly", "Path=/"}
            and parts & {"SameSite=Lax", "SameSite=Strict"}
        )
    return [name for name, is_fault in faults.items() if is_fault]


def test_every_route_and_error_has_all_headers_and_full_marks(app: Flask) -> None:
    browser, statuses = app.test_client(), set()
    for method, path in requests(app):
        with browser.open(path, method=method, base_url=HTTPS) as answer:
            missing = NAMES - set(answer.headers.keys())
            assert not missing, (method, path, answer.status, missing)
            faults = scored_faults(answer.headers, answer.location is not None)
            assert not faults, (method, path, answer.status, faults)
            statuses.add(answer.status_code)
    assert statuses >= {200, 301, 303, 308, 401, 404, 405, 500}


def test_a_redirect_does_not_repeat_the_host_of_the_request(app: Flask) -> None:
    for path, target in (("/review", "/review/"), ("/review/", "/review/sign-in?next=/review/")):
        answer = app.test_client().get(path, base_url="https://evil.example")
        assert answer.location == target
        assert answer.headers["Cache-Control"] == "no-store"


def test_without_https_nothing_insists_on_it(sqlite_office: Office) -> None:
    answer = create_app(parts=sqlite_office.program).test_client().get("/healthz")
    assert "Strict-Transport-Security" not in answer.headers
    assert set(common_headers("http://127.0.0.1")) <= set(answer.headers.keys())


def test_static_hosts_send_what_the_app_sends() -> None:
    own = {"Content-Security-Policy", "Referrer-Policy", "Cache-Control"}
    common, site = common_headers(HTTPS), security_headers([], HTTPS)
    assert set(site) == NAMES - {"Cache-Control"}
    assert {name: common[name] for name in NAMES - own} == {n: site[n] for n in NAMES - own}


def test_the_address_of_a_redirect_is_encoded_once(app: Flask) -> None:
    app.add_url_rule("/moves", "moves", lambda: see_other("/review?q=ä b%20c&r=1:2#d"))
    answer = app.test_client().get("/moves")
    assert answer.headers["Location"] == "/review?q=%C3%A4%20b%20c&r=1:2#d"
    assert (answer.status_code, answer.data, answer.content_length) == (303, b"", 0)
