"""Connecting words of tables and pictures, from words.toml.

Values a customer is told live in support.toml; only the words around them live here.
"""

import tomllib
from functools import cache
from pathlib import Path

WORDS = Path(__file__).with_name("words.toml")


@cache
def _catalogue() -> dict[str, dict[str, str]]:
    return tomllib.loads(WORDS.read_text(encoding="utf-8"))


def word(key: str, language: str) -> str:
    """Return one wording; LookupError names the key and language that words.toml lacks."""
    wordings = _catalogue().get(key)
    if wordings is None:
        raise LookupError(f"words.toml has no [{key}]: add it with one line a language")
    if language not in wordings:
        raise LookupError(f'words.toml: {key} lacks {language!r}: add {language} = "…"')
    return wordings[language]
