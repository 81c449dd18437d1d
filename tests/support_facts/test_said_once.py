"""What customers are told is said once: change support.toml, and look everywhere.

The test looks for each change in all files of the site, in the closure email and in the survey.
"""

import json
import re
from dataclasses import replace
from email.message import EmailMessage
from html import unescape
from pathlib import Path

import pytest

from knowledge_site.build import build
from support_facts import FACTS_FILE, Text, load_facts
from tests.support.office import Office, a_case

FACTS = load_facts()

# Values of support.toml, and replacements by an operator.
CHANGES = {
    'name = "Solution Proposed"': 'name = "Remedy Offered"',
    'name = "Closed"': 'name = "Finished"',
    'name = "ACKNOWLEDGED"': 'name = "ACCEPTED"',
    'create_label = "Create a ticket"': 'create_label = "Open a request"',
    'portal_name = "Support Hub"': 'portal_name = "Harbour Desk"',
    '"https://portal.spryker.com"': '"https://desk.example.org"',
    '"https://portal.spryker.com/request-access"': '"https://desk.example.org/access"',
    '"security@spryker.com"': '"guard@example.org"',
    'target.en = "under 1 hour in general"': 'target.en = "before the tea is cold"',
    'target.de = "in der Regel unter 1 Stunde"': 'target.de = "bevor der Tee kalt ist"',
    "How easy was it to work with us on this case?": "How light was the work with us?",
    "Wie leicht war die Zusammenarbeit mit uns bei diesem Fall?": "Wie leicht ging es mit uns?",
    'en = "Very easy"': 'en = "Feather-light"',
    "minimum_n = 10": "minimum_n = 17",
}


def quoted(text: str) -> str:
    """Return the value in quotation marks, or the whole text."""
    found = re.search(r'"([^"]+)"', text)
    return found[1] if found else text


# A number and a word that other sentences need too are looked for where they belong.
GONE = [quoted(one) for one in CHANGES if not one.startswith(("minimum_n", 'name = "Closed"'))]


@pytest.fixture(scope="module")
def changed(tmp_path_factory) -> Path:
    path = tmp_path_factory.mktemp("facts") / "support.toml"
    text = FACTS_FILE.read_text(encoding="utf-8")
    for before, after in CHANGES.items():
        assert before in text, before
        text = text.replace(before, after)
    path.write_text(text, encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def changed_site(changed, tmp_path_factory) -> Path:
    out = tmp_path_factory.mktemp("changed") / "site"
    build(out, changed)
    return out


@pytest.fixture
def changed_office(sqlite_office, changed):
    parts = replace(sqlite_office.program, facts=load_facts(changed))
    return Office(parts, sqlite_office._traveller)


def read(site: Path, name: str) -> str:
    return (site / name).read_text(encoding="utf-8")


@pytest.mark.parametrize("old", GONE)
def test_no_file_of_the_site_has_the_old_value(changed_site, old):
    files = [path for path in changed_site.rglob("*") if path.is_file()]
    said = [
        str(path.relative_to(changed_site))
        for path in files
        if old in path.read_bytes().decode("utf-8", "replace")
    ]
    assert len(files) > 100
    assert said == []


@pytest.mark.parametrize("folder", ["", "de/"])
def test_pages_have_the_new_value(changed_site, folder):
    status = read(changed_site, f"{folder}case-status.html")
    assert status.count("Remedy Offered") >= 5
    assert "Finished" in status and ">Closed<" not in status
    assert "ACCEPTED" in read(changed_site, f"{folder}escalations.html")
    portal = read(changed_site, f"{folder}support-portal.html")
    for new in ("Harbour Desk", "https://desk.example.org", "Open a request"):
        assert new in portal
    assert "guard@example.org" in read(changed_site, f"{folder}security.html")
    target = "bevor der Tee kalt ist" if folder else "before the tea is cold"
    for page in ("metrics", "how-support-works", "whole-policy"):
        assert target in read(changed_site, f"{folder}{page}.html"), page
    figures = read(changed_site, f"{folder}how-we-are-doing.html")
    assert re.search(r"(at least|mindestens)\s+17", figures)


@pytest.mark.parametrize("folder", ["", "de/"])
def test_graphs_have_the_new_value_in_boxes_and_description(changed_site, folder):
    for page, new in (("case-status", "Remedy Offered"), ("escalations", "ACCEPTED")):
        for drawing in re.findall(
            r"<svg.*?</svg>", read(changed_site, f"{folder}{page}.html"), re.S
        ):
            if "picture__" in drawing:
                assert new in "".join(re.findall(r"<text.*?</text>", drawing, re.S)), page
                assert new in "".join(re.findall(r"<desc.*?</desc>", drawing, re.S)), page


def test_data_files_have_the_new_value(changed_site):
    def entries(name):
        return json.loads(read(changed_site, f"data/{name}.json"))[name]

    assert "Remedy Offered" in [entry["name"] for entry in entries("statuses")]
    assert "before the tea is cold" in [
        (entry["target"] or {}).get("en") for entry in entries("metrics")
    ]
    assert entries("questions")[0]["points"][4]["en"] == "Feather-light"
    assert "mailto:guard@example.org" in read(changed_site, ".well-known/security.txt")


@pytest.mark.parametrize("folder", ["", "de/"])
def test_search_finds_the_new_name_and_not_the_old(changed_site, folder):
    index = read(changed_site, f"{folder}search/search_index.json")
    assert "Remedy Offered" in index
    assert "Solution Proposed" not in index


def plain_and_html(mail: EmailMessage) -> str:
    return "".join(
        part.get_content() for part in mail.walk() if part.get_content_maintype() == "text"
    )


@pytest.mark.parametrize(
    ("language", "question"),
    [("en", "How light was the work with us?"), ("de", "Wie leicht ging es mit uns?")],
)
def test_email_and_survey_have_the_new_value(changed_office, language, question):
    receipt = changed_office.receive(a_case(language=language, closed_at=changed_office.now))
    (mail,) = changed_office.mails()
    text = plain_and_html(mail)
    for new in (question, "Finished", "Harbour Desk", "https://desk.example.org"):
        assert new in text, new
    for old in ("Support Hub", "portal.spryker.com", '"Closed"', "„Closed“", '"closed"'):
        assert old not in text, old
    page = changed_office.client().get(
        changed_office.path(receipt.invitation_id), headers={"Accept-Language": language}
    )
    assert question in page.text
    assert FACTS.question("ease").text[language] not in page.text
    if language == "en":
        assert "Feather-light" in page.text


def test_every_wording_for_customers_is_on_the_site(site):
    pages = "".join(
        " ".join(re.sub(r"<[^>]+>", "", path.read_text(encoding="utf-8")).split())
        for path in site.rglob("*.html")
    )
    text = unescape(pages)
    told = {key: value for key, value in FACTS.by_key.items() if isinstance(value, Text)}
    # What only the review counts, and somebody who acts in no step of the shipped facts.
    inward = ("case_kinds.other", "closure_reasons", "actors.management")
    missing = [
        f"{key}.{language}"
        for key, value in told.items()
        if not key.startswith(inward)
        for language, words in value.items()
        if words not in text
    ]
    assert missing == []
