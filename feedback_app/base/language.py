"""Which language a page or email is in, and its gettext catalogue."""

import gettext
import io
from collections.abc import Iterable, Sequence
from functools import cache
from pathlib import Path

from babel import Locale
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

_TRANSLATIONS = Path(__file__).with_name("translations")


def choose(wishes: Iterable[str | None], available: Sequence[str]) -> str:
    """Return the first available wish (de-AT matches de), else the first available language."""
    for wish in wishes:
        tag = (wish or "").strip().lower().replace("_", "-")
        for language in available:
            if tag == language or tag.startswith(f"{language}-"):
                return language
    return available[0]


@cache
def own_name(language: str) -> str:
    """Return the name of a language in that language: English, Deutsch."""
    return Locale.parse(language).get_display_name(language) or language


@cache
def catalogue(language: str) -> gettext.NullTranslations:
    """Return the translations into `language`; English texts are in the templates."""
    words = gettext.NullTranslations()
    for source in sorted((_TRANSLATIONS / language / "LC_MESSAGES").glob("*.po")):
        compiled = io.BytesIO()
        with source.open("rb") as file:
            write_mo(compiled, read_po(file, locale=language, abort_invalid=True))
        compiled.seek(0)
        more = gettext.GNUTranslations(compiled)
        more.add_fallback(words)
        words = more
    return words
