"""List what is missing for a language: python scripts/translation.py fr

It checks the places listed in CONTRIBUTING under "Another language": facts, words.toml, catalogues
of survey and emails, pages, and the configuration of the site.
"""

import re
import sys
import tempfile
import tomllib
from pathlib import Path

from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

from feedback_app.intake.delivery_log import OUTCOMES
from feedback_app.reports.exports import FORMATS
from support_facts import FactsError, load_facts

ROOT = Path(__file__).resolve().parent.parent
SPEAKING = ("web/**", "survey/**", "mail/**", "leads/**", "review/**")
_OPTIONS = {"extensions": "jinja2.ext.i18n", "newstyle_gettext": "true", "trimmed": "true"}
_LANGUAGES = re.compile(r"^languages = \[(.*)\]", re.MULTILINE)

# A text, or the singular and plural forms of one.
Wording = str | tuple[str, ...]


def missing(language: str, root: Path = ROOT) -> dict[str, list[str]]:
    """Return the missing translations of `language`, by file or folder."""
    places = {
        "support_facts/support.toml": _facts(language, root),
        "knowledge_site/words.toml": _words(language, root),
        f"feedback_app/base/translations/{language}/LC_MESSAGES": _wordings(language, root),
        f"docs/{language}": _pages(language, root),
        ".": _configuration(language, root),
    }
    return {place: found for place, found in places.items() if found}


def asked_for(root: Path = ROOT) -> set[Wording]:
    """Return every English text that is translated: of templates, reports and outcomes."""
    templates = [f"templates/{pattern}" for pattern in SPEAKING]
    found = extract_from_dir(
        root / "feedback_app",
        method_map=[*((one, "jinja2") for one in templates), ("reports/**.py", "python")],
        options_map=dict.fromkeys(templates, _OPTIONS),
    )
    others = [*(one.description for one in FORMATS.values()), *OUTCOMES.values()]
    return {message for _, _, message, _, _ in found} | set(others)


def catalogue(language: str, root: Path = ROOT) -> dict[Wording, Wording]:
    """Return the translations of `language`; empty if there is no catalogue."""
    folder = root / "feedback_app" / "base" / "translations" / language / "LC_MESSAGES"
    found: dict[Wording, Wording] = {}
    for path in folder.glob("*.po"):
        with path.open("rb") as file:
            for entry in read_po(file, locale=language):
                if entry.id:
                    found[_wording(entry.id)] = _wording(entry.string or "")
    return found


def _wording(read: str | list[str] | tuple[str, ...]) -> Wording:
    return read if isinstance(read, str) else tuple(read)


def forms(wording: Wording) -> tuple[str, ...]:
    """Return the singular and, if there is one, the plural form."""
    return (wording,) if isinstance(wording, str) else wording


def _facts(language: str, root: Path) -> list[str]:
    text = (root / "support_facts" / "support.toml").read_text(encoding="utf-8")
    listed = tomllib.loads(text)["languages"]
    faults = [] if language in listed else [f'"{language}" in languages']
    wanted = ", ".join(f'"{one}"' for one in dict.fromkeys((*listed, language)))
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "support.toml"
        copy.write_text(_LANGUAGES.sub(f"languages = [{wanted}]", text), encoding="utf-8")
        try:
            load_facts(copy)
        except FactsError as error:
            faults += [fault.removeprefix(f"{copy}: ") for fault in error.faults]
    return faults


def _words(language: str, root: Path) -> list[str]:
    text = (root / "knowledge_site" / "words.toml").read_text(encoding="utf-8")
    return [key for key, words in tomllib.loads(text).items() if language not in words]


def _wordings(language: str, root: Path) -> list[str]:
    # The templates contain the English texts.
    if language == load_facts().languages[0]:
        return []
    known = catalogue(language, root)
    return sorted(
        forms(one)[0] for one in asked_for(root) if one not in known or not all(forms(known[one]))
    )


def _pages(language: str, root: Path) -> list[str]:
    first = root / "docs" / load_facts().languages[0]
    names = [path.relative_to(first) for path in sorted(first.rglob("*.md"))]
    return [str(name) for name in names if not (root / "docs" / language / name).exists()]


def _configuration(language: str, root: Path) -> list[str]:
    found = []
    if language != load_facts().languages[0] and not (root / f"mkdocs.{language}.yml").exists():
        found.append(f"mkdocs.{language}.yml")
    if f"lang: {language}," not in (root / "mkdocs.yml").read_text(encoding="utf-8"):
        found.append(f"a line for {language} in extra.alternate of mkdocs.yml")
    return found


def main(words: list[str]) -> int:
    """Print what is missing, one item per line; return 1 if anything is missing."""
    if len(words) != 1 or not re.fullmatch(r"[a-z]{2,3}(-[A-Z]{2})?", words[0]):
        print(__doc__)
        return 2
    found = missing(words[0])
    for place, lacks in found.items():
        print(f"{place}: {len(lacks)} missing")
        print("".join(f"    {one}\n" for one in lacks), end="")
    if not found:
        print(f"nothing is missing for {words[0]}")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
