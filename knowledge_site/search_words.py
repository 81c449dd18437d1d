"""The words of `docs/search.toml`: what customers call the things on our pages."""

import tomllib
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    RootModel,
    ValidationError,
)

from knowledge_site.errors import SiteError, SiteFault
from knowledge_site.pages import Page

FILE = "search.toml"


def _terms(text: object) -> tuple[str, ...]:
    if not isinstance(text, str):
        raise ValueError('write words in quotes, separated by commas: "reopen, open again"')
    return tuple(filter(None, map(str.strip, text.replace("\n", " ").split(","))))


def _alike(words: tuple[str, ...]) -> tuple[str, ...]:
    if len(words) < 2:
        raise ValueError("a group needs at least two words")
    for word in words:
        if " " in word:
            raise ValueError(f"{word!r} is more than one word: add it to the words of a page")
    return words


Terms = Annotated[tuple[str, ...], BeforeValidator(_terms)]
Synonyms = Annotated[Terms, AfterValidator(_alike)]


class LanguageWords(BaseModel):
    """The words of one language."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    ignored: Terms = ()
    same: tuple[Synonyms, ...] = ()
    pages: dict[str, Terms] = {}


class SearchWords(RootModel[dict[str, LanguageWords]]):
    """The words of all languages."""

    def of(self, language: str) -> LanguageWords:
        """Return the words of a language, which may be none."""
        return self.root.get(language, LanguageWords())


NO_WORDS = SearchWords({})


def load_search_words(docs: Path, pages: Iterable[Page]) -> SearchWords:
    """Return the words of `docs/search.toml`, or none if there is no such file.

    Raises SiteError if the file is invalid or names a page that does not exist.
    """
    path = docs / FILE
    if not path.is_file():
        return NO_WORDS
    try:
        words = SearchWords.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except tomllib.TOMLDecodeError as error:
        raise SiteError([SiteFault(path, 0, f"is not valid TOML: {error}")]) from error
    except ValidationError as error:
        raise SiteError(
            SiteFault(path, 0, f"{'.'.join(map(str, one['loc']))}: {one['msg']}")
            for one in error.errors()
        ) from error
    _refuse_unknown(path, words, {(page.language, page.name.removesuffix(".md")) for page in pages})
    return words


def _refuse_unknown(path: Path, words: SearchWords, known: set[tuple[str, str]]) -> None:
    faults = [
        SiteFault(path, 0, f"[{language}.pages] {name}: no such page: use the name of its file")
        for language, given in words.root.items()
        for name in given.pages
        if (language, name) not in known
    ]
    if faults:
        raise SiteError(faults)
