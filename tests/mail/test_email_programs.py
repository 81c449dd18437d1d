"""The closure email in email programs, by the data of caniemail.com."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from support_facts import load_facts
from tests.support.closure_parts import closure_parts
from tests.support.office import a_case
from tests.support.real_parts import real_part_missing

CHECKER = Path(__file__).parents[1] / "caniemail"
# Nothing is lost without these: the colours of the light scheme stay, links open as usual.
HARMLESS = {
    "color-scheme meta tag",
    "cursor",
    "target attribute",
    "outline",
    "aria-label attribute",
}
# Outlook for Windows renders with Word: buttons are a row of table cells with square corners, the
# hidden preview text is hidden by "display: none" alone, and the dark scheme is Word's own.
WORD = {"@media", "border-radius", "max-height property", "opacity", "overflow", "word-spacing"}
# Without the style sheet, the points are below each other, as on a phone.
NO_STYLE_SHEET = {"<style> element", "Type selector", "!important keyword"}
ATTRIBUTES = {"dir attribute", "lang attribute", "role attribute"}
UNSUPPORTED = {
    # "Chaining selectors" is Thunderbird's rule, which MJML adds.
    "outlook.windows": {*WORD, "Chaining selectors"},
    "outlook.outlook-com": {"Chaining selectors"},
    "gmail.desktop-webmail": set[str](),
    "gmail.android": set[str](),
    "apple-mail.macos": set[str](),
    "apple-mail.ios": set[str](),
    "thunderbird.macos": {"@media"},
    "yahoo.desktop-webmail": {"height property", "word-break"},
    "gmx.desktop-webmail": {*NO_STYLE_SHEET, *ATTRIBUTES, "border-radius", "opacity", "word-break"},
}


@pytest.mark.parametrize("language", load_facts().languages)
def test_email_programs_only_lack_features_that_change_no_content(language: str) -> None:
    if not shutil.which("node") or not (CHECKER / "node_modules").exists():
        real_part_missing("the data of caniemail.com", "npm ci --prefix tests/caniemail")
    case = a_case(language=language, closure_reason="no_reply", subject="Checkout fails")
    _, html = closure_parts(case)
    done = subprocess.run(
        ["node", CHECKER / "unsupported.mjs", *UNSUPPORTED],
        input=html,
        capture_output=True,
        text=True,
        check=True,
    )
    found = {client: set(titles) - HARMLESS for client, titles in json.loads(done.stdout).items()}
    assert {
        client: found[client] - known for client, known in UNSUPPORTED.items()
    } == dict.fromkeys(UNSUPPORTED, set())
