"""Every language says everything."""

import re
from pathlib import Path

import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

import feedback_app
from feedback_app.language import choose, own_name, template
from support_facts.facts import load_facts

HERE = Path(feedback_app.__file__).parent
SPEAKING = ("survey/**", "mail/**", "leads/**", "review/**")
OPTIONS = {"extensions": "jinja2.ext.i18n", "newstyle_gettext": "true"}
OTHERS = load_facts().languages[1:]


# A wording, or the singular and the plural of one.
Wording = str | tuple[str, ...]


def _asked_for() -> set[Wording]:
    """Return every wording the templates hand to the catalogues."""
    found = extract_from_dir(
        HERE / "templates",
        method_map=[(pattern, "jinja2") for pattern in SPEAKING],
        options_map=dict.fromkeys(SPEAKING, OPTIONS),
    )
    return {message for _, _, message, _, _ in found}


def _catalogue(language: str) -> dict[Wording, Wording]:
    found: dict[Wording, Wording] = {}
    for path in (HERE / "translations" / language / "LC_MESSAGES").glob("*.po"):
        with path.open("rb") as file:
            found |= {entry.id: entry.string for entry in read_po(file, locale=language)}
    return {original: translated for original, translated in found.items() if original}


def _forms(wording: Wording) -> tuple[str, ...]:
    return (wording,) if isinstance(wording, str) else wording


@pytest.mark.parametrize("language", OTHERS)
def test_every_wording_of_the_templates_is_translated(language: str) -> None:
    known = _catalogue(language)
    missing = [one for one in _asked_for() if not all(_forms(known.get(one, "")))]
    assert not missing, f"add these to translations/{language}: {missing}"


@pytest.mark.parametrize("language", OTHERS)
def test_no_translation_is_left_over(language: str) -> None:
    assert set(_catalogue(language)) - _asked_for() == set()


@pytest.mark.parametrize("language", OTHERS)
def test_translations_fill_the_same_gaps(language: str) -> None:
    gaps = re.compile(r"%\(\w+\)s")
    for original, translation in _catalogue(language).items():
        for one, other in zip(_forms(original), _forms(translation), strict=True):
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
def test_the_first_wish_that_is_available_wins(wishes: list[str | None], chosen: str) -> None:
    assert choose(wishes, ("en", "de")) == chosen


def test_a_language_is_named_by_its_own_name() -> None:
    assert [own_name(language) for language in ("en", "de")] == ["English", "Deutsch"]


def test_a_template_is_made_once_a_language() -> None:
    assert template("de", "survey/thanks.html") is template("de", "survey/thanks.html")
