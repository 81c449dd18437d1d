"""Every language says everything."""

import re
import shutil
from pathlib import Path

import pytest
from translation import asked_for, catalogue, forms, main, missing

from feedback_app.base.language import choose, own_name
from feedback_app.base.templates import template
from support_facts import load_facts
from tests.support.some import some

ROOT = Path(__file__).parents[2]
TEMPLATES = ROOT / "feedback_app" / "templates"
OTHERS = load_facts().languages[1:]


@pytest.mark.parametrize("language", OTHERS)
def test_no_translation_is_unused(language: str) -> None:
    assert set(catalogue(language)) - asked_for() == set()


@pytest.mark.parametrize("language", OTHERS)
def test_translations_use_the_same_placeholders(language: str) -> None:
    gaps = re.compile(r"%\(\w+\)s")
    for original, translation in some(catalogue(language).items()):
        for one, other in zip(forms(original), forms(translation), strict=True):
            assert sorted(gaps.findall(one)) == sorted(gaps.findall(other))


@pytest.mark.parametrize(
    ("wishes", "chosen"),
    [
        (["de"], "de"),
        (["de-AT"], "de"),
        (["DE_ch"], "de"),
        (["fr", "de"], "de"),
        ([None, "", "den"], "en"),
        ([], "en"),
    ],
)
def test_the_first_available_language_is_chosen(wishes: list[str | None], chosen: str) -> None:
    assert choose(wishes, ("en", "de")) == chosen


def test_each_language_has_its_native_name() -> None:
    assert [own_name(language) for language in ("en", "de")] == ["English", "Deutsch"]


def test_a_template_is_compiled_once_per_language() -> None:
    assert template("de", "survey/thanks.html") is template("de", "survey/thanks.html")


@pytest.mark.parametrize("language", load_facts().languages)
def test_the_shipped_languages_are_complete(language: str) -> None:
    assert missing(language) == {}


def test_a_new_language_is_missing_in_every_place() -> None:
    found = missing("fr")
    assert list(found) == [
        "support_facts/support.toml",
        "knowledge_site/words.toml",
        "feedback_app/base/translations/fr/LC_MESSAGES",
        "docs/fr",
        ".",
    ]
    facts, words, wordings, pages, configuration = found.values()
    assert facts[0] == '"fr" in languages'
    assert any(fault.startswith("questions.ease.text lacks 'fr': add text.fr") for fault in facts)
    assert "status" in words
    assert "Send" in wordings
    assert "case-status.md" in pages
    assert configuration == ["mkdocs.fr.yml", "a line for fr in extra.alternate of mkdocs.yml"]


def test_one_missing_translation_is_reported_with_its_place(tmp_path: Path) -> None:
    folders = ("support_facts", "knowledge_site", "feedback_app", "docs")
    for name in folders:
        ignored = shutil.ignore_patterns("__pycache__", "*.py")
        shutil.copytree(ROOT / name, tmp_path / name, ignore=ignored)
    for name in ("mkdocs.yml", "mkdocs.de.yml"):
        shutil.copy(ROOT / name, tmp_path)
    assert missing("de", tmp_path) == {}

    (tmp_path / "docs/de/case-status.md").unlink()
    _cut(tmp_path / "knowledge_site/words.toml", 'de = "Status"\n')
    _cut(tmp_path / "support_facts/support.toml", 'text.de = "Wie leicht war')
    _cut(tmp_path / "feedback_app/base/translations/de/LC_MESSAGES/messages.po", 'msgid "Save"')
    found = missing("de", tmp_path)
    assert {place: lacks for place, lacks in found.items() if place != "docs/de"} == {
        "support_facts/support.toml": [
            "questions.ease.text lacks 'de': add text.de = \"…\" under [questions.ease]"
        ],
        "knowledge_site/words.toml": ["status"],
        "feedback_app/base/translations/de/LC_MESSAGES": ["Save"],
    }
    assert found["docs/de"] == ["case-status.md"]


def _cut(path: Path, start: str) -> None:
    """Remove the first line that begins so, and of a catalogue its translation too."""
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    at = next(number for number, line in enumerate(lines) if line.startswith(start.rstrip()))
    del lines[at : at + (2 if path.suffix == ".po" else 1)]
    path.write_text("".join(lines), encoding="utf-8")


def test_the_command_lists_missing_translations_and_fails(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["de"]) == 0
    assert capsys.readouterr().out == "nothing is missing for de\n"
    assert main(["fr"]) == 1
    assert "docs/fr: " in capsys.readouterr().out
    assert main([]) == main(["../x"]) == 2


@pytest.mark.parametrize("path", sorted(TEMPLATES.rglob("*.html")), ids=lambda path: path.stem)
def test_a_translated_sentence_does_not_touch_the_text_of_the_next_line(path: Path) -> None:
    """Jinja drops the line break after `{% endtrans %}`; `{% endtrans +%}` keeps it."""
    text = path.read_text(encoding="utf-8")
    assert not re.findall(r".*[.!?]\s*{% endtrans %}\n(?:{{|{% trans|<a ).*", text)
