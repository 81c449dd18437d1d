"""Which language a page or mail is in, and its words: gettext catalogues and templates."""

import gettext
import io
from collections.abc import Iterable, Sequence
from functools import cache
from pathlib import Path

from babel import Locale
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from jinja2 import (
    Environment,
    FileSystemLoader,
    StrictUndefined,
    Template,
    select_autoescape,
)

_HERE = Path(__file__).parent
_ESCAPED = ("html", "mjml", "xml")


def choose(wishes: Iterable[str | None], available: Sequence[str]) -> str:
    """Return the first wish that is available (de-AT is served by de), else the first available."""
    for wish in wishes:
        tag = (wish or "").strip().lower().replace("_", "-")
        for language in available:
            if tag == language or tag.startswith(f"{language}-"):
                return language
    return available[0]


@cache
def own_name(language: str) -> str:
    """Return what a language calls itself: English, Deutsch."""
    return Locale.parse(language).get_display_name(language) or language


@cache
def catalogue(language: str) -> gettext.NullTranslations:
    """Return the connecting words of `language`; English ones stand in the templates themselves."""
    words = gettext.NullTranslations()
    for source in sorted((_HERE / "translations" / language / "LC_MESSAGES").glob("*.po")):
        compiled = io.BytesIO()
        with source.open("rb") as file:
            write_mo(compiled, read_po(file, locale=language, abort_invalid=True))
        compiled.seek(0)
        more = gettext.GNUTranslations(compiled)
        more.add_fallback(words)
        words = more
    return words


@cache
def template(language: str, name: str) -> Template:
    """Return a template of `templates/` that speaks `language`."""
    return _environment(language).get_template(name)


@cache
def _environment(language: str) -> Environment:
    environment = Environment(
        loader=FileSystemLoader(_HERE / "templates"),
        autoescape=select_autoescape(_ESCAPED),
        undefined=StrictUndefined,
        extensions=["jinja2.ext.i18n"],
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.install_gettext_translations(catalogue(language), newstyle=True)  # type: ignore[attr-defined]
    environment.globals["language"] = language
    return environment
