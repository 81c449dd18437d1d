"""Texts around tables and pictures, from words.toml.

Values that customers read are in support.toml; only the texts around them are here.
"""

import tomllib
from functools import cache
from pathlib import Path

WORDS = Path(__file__).with_name("words.toml")


class Plural(int):
    """A number that `{days:day|days}` in words.toml shows as "1 day" or "2 days"."""

    def __format__(self, spec: str) -> str:
        one, _, many = spec.partition("|")
        return f"{int(self)} {one if self == 1 else many}"


@cache
def _catalogue() -> dict[str, dict[str, str]]:
    return tomllib.loads(WORDS.read_text(encoding="utf-8"))


def word(key: str, language: str) -> str:
    """Return a text. Raises LookupError, which names the missing key or language."""
    wordings = _catalogue().get(key)
    if wordings is None:
        raise LookupError(f"words.toml has no [{key}]: add it with one line per language")
    if language not in wordings:
        raise LookupError(f'words.toml: {key} lacks {language!r}: add {language} = "…"')
    return wordings[language]
