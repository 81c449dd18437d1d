"""Limits that the app checks behind any server, before it parses a request."""

from typing import Any

import pytest
from werkzeug.formparser import FormDataParser

from feedback_app.web.limits import FORM_BYTES, INTAKE_BYTES, SURVEY_BYTES, body_limit
from tests.support.office import Office

FORM = "application/x-www-form-urlencoded"


@pytest.mark.parametrize("path", ["/f/x", "/o/x", "/review/sign-in", "/nothing"])
@pytest.mark.parametrize("body", [b"a&" * 1000, b"%41=&" * 40_000, b"x" * (SURVEY_BYTES + 1)])
def test_a_form_that_is_too_large_is_refused_before_it_is_parsed(
    sqlite_office: Office, monkeypatch: pytest.MonkeyPatch, path: str, body: bytes
) -> None:
    def parse(*_: Any, **__: Any) -> Any:
        raise AssertionError("the form was parsed")

    monkeypatch.setattr(FormDataParser, "parse", parse)
    answer = sqlite_office.client().post(path, data=body, content_type=FORM)
    assert answer.status_code == 413


def test_each_path_accepts_what_it_needs() -> None:
    assert body_limit("/f/x") == SURVEY_BYTES
    assert body_limit("/api/v1/webhooks/jira") == INTAKE_BYTES
    assert body_limit("/o/x") == body_limit("/review/x") == body_limit("/") == FORM_BYTES


def test_the_longest_comment_of_any_setting_fits_however_it_is_encoded() -> None:
    longest = 20_000 * len("%F0%9F%98%80")
    assert longest + 4096 < SURVEY_BYTES


def test_a_path_that_is_too_long_is_not_found(sqlite_office: Office) -> None:
    for path in (
        "/" + "A" * 300,
        "/" + "A" * 15_000,
        "/f/" + "A" * 15_000,
        "/review/" + "a" * 2000,
    ):
        assert sqlite_office.client().get(path).status_code == 404


def test_long_queries_cookies_and_languages_are_ignored(sqlite_office: Office) -> None:
    path = sqlite_office.path(sqlite_office.invite())
    long = {"Cookie": "a=" + "x" * 9000, "Accept-Language": "a," * 100_000 + "de"}
    shown = sqlite_office.client().get(path, headers=long)
    assert shown.status_code == 200
    assert '<html lang="en"' in shown.text
    asked = sqlite_office.client().get(f"{path}?lang=de&x=" + "x" * 9000)
    assert '<html lang="en"' in asked.text
