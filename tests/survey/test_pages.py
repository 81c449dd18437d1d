"""Every page a customer meets, as HTTP sends it."""

import gzip
import re
from typing import Any

import pytest

from tests.support.some import some
from tests.support.survey_pages import (
    LANGUAGES,
    PACKED,
    SECRETS,
    WHOLE,
    every_page,
)


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[tuple[str, str], Any]:
    """Every page in every language."""
    return every_page(tmp_path_factory.mktemp("pages"))


def test_every_page_is_small_and_in_the_chosen_language(pages: Any) -> None:
    for (name, language), page in some(pages.items()):
        if page.status_code == 303:
            continue
        assert f'<html lang="{language}">' in page.text, name
        if "too long" not in name:
            assert len(page.data) <= WHOLE, (name, language, len(page.data))
            assert len(gzip.compress(page.data)) <= PACKED, (name, language)


def test_no_page_runs_scripts_loads_files_or_sets_cookies(pages: Any) -> None:
    for key, page in some(pages.items()):
        assert "<script" not in page.text, key
        assert not re.search(r"\son\w+=|javascript:|\b(src|srcset)=|@import|url\(", page.text), key
        assert "Set-Cookie" not in page.headers, key
        policy = page.headers["Content-Security-Policy"]
        assert policy.startswith("default-src 'none'; style-src 'sha256-"), key
        assert "script-src" not in policy, key
        assert page.headers["Cache-Control"] == "no-store", key
        assert page.headers["Referrer-Policy"] == "no-referrer", key
        assert "noindex" in page.headers["X-Robots-Tag"], key


def test_no_page_shows_personal_data_or_the_answer(pages: Any) -> None:
    for key, page in some(pages.items()):
        assert not [secret for secret in SECRETS if secret in page.text], key


def test_a_comment_that_was_not_stored_is_shown_again(pages: Any) -> None:
    for language in LANGUAGES:
        assert "Typed.</textarea>" in pages["nothing chosen", language].text
        for name in ("expired, typed", "revoked, typed", "forgotten, typed"):
            assert "Typed too late.</textarea>" in pages[name, language].text
        for name in ("comment too long", "why, too long"):
            assert "x" * 4001 in pages[name, language].text


def test_every_error_is_shown_at_its_field_and_in_the_summary(pages: Any) -> None:
    for language in LANGUAGES:
        text = pages["nothing chosen", language].text
        summary = text.split('role="alert"')[1].split("</div>")[0]
        assert re.findall(r'href="#([\w-]+)"', summary) == ["ease-1", "satisfaction-1"]
        for name in ("ease", "satisfaction"):
            assert f'<fieldset aria-describedby="{name}-fault">' in text
            assert f'id="{name}-fault"' in text
            assert f'id="{name}-1"' in text
