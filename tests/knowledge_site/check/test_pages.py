"""What a writer got wrong is named with page and line before anything is built."""

from datetime import date

import pytest

from knowledge_site.check.pages import check_pages
from support_facts import load_facts

FACTS = load_facts()
TODAY = date(2026, 11, 24)
FRONT = """\
---
title: A page
description: {description}
last_updated: 2026-11-01
last_reviewed: 2026-11-02
---
"""


def front(language: str) -> str:
    return FRONT.format(
        description=f"What this page tells a reader, said in one sentence ({language})."
    )


@pytest.fixture
def docs(tmp_path):
    for language in FACTS.languages:
        folder = tmp_path / language
        folder.mkdir()
        (folder / "page.md").write_text(front(language) + "\n# A page\n", encoding="utf-8")
    return tmp_path


def faults(docs):
    return [str(fault) for fault in check_pages(docs, FACTS, TODAY)]


def write(docs, text, language="en"):
    path = docs / language / "page.md"
    path.write_text(text, encoding="utf-8")
    return path


def test_valid_pages_have_no_faults(docs):
    assert faults(docs) == []


def test_an_unknown_fact_is_reported_with_page_and_line(docs):
    path = write(docs, front("en") + "\n# A page\n\nUse {{ contacts.portal_nam }}.\n")
    (found,) = faults(docs)
    assert found.startswith(f"{path}:10: {{{{ contacts.portal_nam }}}}")


def test_an_unknown_placeholder_is_reported_with_page_line_and_suggestion(docs):
    path = write(docs, front("en") + "{{ table statusses }}\n")
    (found,) = faults(docs)
    assert found.startswith(f"{path}:7: ")
    assert "table statuses" in found


def test_all_faults_are_listed_together(docs):
    write(docs, front("en") + "{{ a.b }} and {{ c.d }}\n\n{{ nonsense }}\n")
    assert len(faults(docs)) == 3


def test_a_block_placeholder_inside_a_sentence_is_a_fault(docs):
    write(docs, front("en") + "See {{ table statuses }}.\n")
    (found,) = faults(docs)
    assert "only text on its line" in found


@pytest.mark.parametrize(
    "text", ["{{ contacts.hours", "contacts.hours }}", "{% if x %}", "{{ a\nb }}"]
)
def test_an_unfilled_placeholder_is_a_fault(docs, text):
    write(docs, front("en") + text + "\n")
    assert any("unfilled placeholder" in found for found in faults(docs))


@pytest.mark.parametrize("text", ["`{{ a.b }}`", "```\n{{ a.b }}\n```", "~~~\n{% if %}\n~~~"])
def test_code_is_not_checked(docs, text):
    write(docs, front("en") + text + "\n")
    assert faults(docs) == []


def test_text_after_a_code_block_is_checked_again(docs):
    path = write(docs, front("en") + "```\ncode\n```\n{{ a.b }}\n")
    (found,) = faults(docs)
    assert found.startswith(f"{path}:10:")


def test_page_missing_in_a_language_is_a_fault(docs):
    (docs / "de" / "page.md").unlink()
    (found,) = faults(docs)
    assert "page.md is missing in 'de'" in found


@pytest.mark.parametrize("key", ["title", "description", "last_updated", "last_reviewed"])
def test_missing_front_matter_is_reported(docs, key):
    lines = [line for line in front("en").splitlines() if not line.startswith(key)]
    write(docs, "\n".join(lines) + "\n")
    (found,) = faults(docs)
    assert f"lacks {key}" in found


def test_page_without_front_matter_lacks_everything(docs):
    write(docs, "# Only text\n")
    assert len(faults(docs)) == 4


@pytest.mark.parametrize(("length", "wrong"), [(49, True), (50, False), (160, False), (161, True)])
def test_description_fits_a_search_result(docs, length, wrong):
    write(docs, FRONT.format(description="x" * length))
    assert (f"{length} characters" in " ".join(faults(docs))) == wrong


def test_same_description_twice_is_a_fault(docs):
    write(docs, front("de"))
    (found,) = faults(docs)
    assert "same description" in found


def test_date_in_the_future_is_a_fault(docs):
    write(docs, front("en").replace("2026-11-02", "2026-11-25"))
    (found,) = faults(docs)
    assert "last_reviewed 2026-11-25 is in the future" in found


def test_an_invalid_date_is_a_fault(docs):
    write(docs, front("en").replace("2026-11-02", "November 2026"))
    (found,) = faults(docs)
    assert "last_reviewed: 2026-11-24" in found


@pytest.mark.parametrize("key", ["contacts.portal_name", "contacts.security_address"])
def test_a_fact_typed_by_hand_is_reported_with_its_key(docs, key):
    path = write(docs, front("en") + f"\nAsk {FACTS.value(key, 'en')} today.\n")
    (found,) = faults(docs)
    assert found.startswith(f"{path}:8: ")
    assert f"{{{{ {key} }}}}" in found


def test_a_fact_in_code_or_braces_is_accepted(docs):
    address = FACTS.contacts.security_address
    write(docs, front("en") + f"`{address}` {{{{ contacts.security_address }}}}\n")
    assert faults(docs) == []


@pytest.mark.parametrize("said", ["{{ contacts.portal_name }}", FACTS.contacts.portal_name])
def test_a_description_must_not_contain_placeholders(docs, said):
    write(
        docs, FRONT.format(description=f"'All about {said}, in one sentence that is long enough.'")
    )
    (found,) = faults(docs)
    assert "description: " in found
