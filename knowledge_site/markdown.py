"""Python-Markdown extension that inserts facts into pages.

It works in every builder that supports Python-Markdown extensions. Configure it per language:

    markdown_extensions:
      knowledge_site.markdown: {language: en}

An unknown key or placeholder raises an error during the conversion. `check_pages` reports it
earlier, with page and line.
"""

import re
from functools import lru_cache
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element

from markdown import Extension, Markdown
from markdown.blockprocessors import BlockProcessor
from markdown.inlinepatterns import InlineProcessor
from markdown.treeprocessors import Treeprocessor
from markdown.util import AtomicString

from knowledge_site.fill.placeholders import EXPRESSION, fact, fill, is_fact
from knowledge_site.templating import anchor
from published_results import Published, read_folder
from support_facts import FACTS_FILE, Facts, load_facts

# Below code spans (190), above links (160), so that a fact can be the text or target of a link.
INLINE_PRIORITY = 185
# Names in the portal and its emails are English on every page; other pages mark the language.
ENGLISH_NAME = re.compile(r"(\w*statuses|categories)\.\w+\.name|portal\.\w+")
# Above lists and paragraphs, below code blocks (80), so that an indented placeholder is code.
BLOCK_PRIORITY = 75
GLOSSARY = "glossary.md#"
# Below the inline patterns (20), which make links; above the builder, which changes their targets.
LINK_PRIORITY = 10


class InlineFact(InlineProcessor):
    """`{{ contacts.portal_name }}` inside a sentence."""

    def __init__(self, md: Markdown, facts: Facts, language: str) -> None:
        super().__init__(EXPRESSION.pattern, md)
        self.facts, self.language = facts, language

    def handleMatch(  # type: ignore[override]
        self, m: re.Match[str], data: str
    ) -> tuple[str | Element, int, int]:
        expression = m.group(1)
        if not is_fact(expression):
            fill(expression, self.facts, self.language)
            raise ValueError(f"{{{{ {expression} }}}} must be the only text on its line")
        shown = fact(expression, self.facts, self.language)
        if self.language != "en" and ENGLISH_NAME.fullmatch(expression):
            name = Element("span", {"lang": "en"})
            name.text = AtomicString(shown)
            return name, m.start(0), m.end(0)
        return shown, m.start(0), m.end(0)


class PlaceholderBlock(BlockProcessor):
    """`{{ table statuses }}`, alone on its line."""

    def __init__(self, md: Markdown, facts: Facts, language: str, published: Published) -> None:
        super().__init__(md.parser)
        self.facts, self.language, self.published = facts, language, published

    def test(self, parent: Element, block: str) -> bool:
        found = EXPRESSION.fullmatch(block.strip())
        return found is not None and not is_fact(found.group(1))

    def run(self, parent: Element, blocks: list[str]) -> None:
        found = EXPRESSION.fullmatch(blocks.pop(0).strip())
        assert found is not None
        parent.append(fill(found.group(1), self.facts, self.language, self.published))


class GlossaryLinks(Treeprocessor):
    """Links to terms of the glossary get their meaning, which the page shows as a tooltip."""

    def __init__(self, md: Markdown, facts: Facts, language: str) -> None:
        super().__init__(md)
        self.meanings = {
            GLOSSARY + anchor(term.key): term.meaning[language] for term in facts.glossary
        }

    def run(self, root: Element) -> None:
        for link in root.iter("a"):
            if meaning := self.meanings.get(link.get("href", "")):
                link.set("aria-description", meaning)


@lru_cache(maxsize=2)
def _facts(path: Path, _changed: int) -> Facts:
    """Read the facts once for all pages, because builders create an extension per page."""
    return load_facts(path)


@lru_cache(maxsize=2)
def _published(folder: Path, _changed: tuple[tuple[str, int], ...]) -> Published:
    """Read the published results once, for the same reason."""
    return read_folder(folder)


def _changes(folder: Path) -> tuple[tuple[str, int], ...]:
    """Return the modification times of the files in the folder."""
    files = folder.rglob("*") if folder.is_dir() else ()
    return tuple(sorted((str(file), file.stat().st_mtime_ns) for file in files))


class FactsExtension(Extension):
    """Registers both processors."""

    def __init__(self, **kwargs: Any) -> None:
        self.config = {
            "language": ["en", "Language of the pages"],
            "facts": ["", "Path of support.toml; empty for the shipped one"],
            "results": ["", "Folder of published results; empty for none"],
        }
        super().__init__(**kwargs)

    def extendMarkdown(self, md: Markdown) -> None:
        path = Path(self.getConfig("facts") or FACTS_FILE)
        facts = _facts(path, path.stat().st_mtime_ns)
        folder = self.getConfig("results")
        published = _published(Path(folder), _changes(Path(folder))) if folder else Published()
        language = self.getConfig("language")
        if language not in facts.languages:
            raise ValueError(f"support.toml has no {language!r}: it has {facts.languages}")
        md.inlinePatterns.register(InlineFact(md, facts, language), "fact", INLINE_PRIORITY)
        md.parser.blockprocessors.register(
            PlaceholderBlock(md, facts, language, published), "filler", BLOCK_PRIORITY
        )
        md.treeprocessors.register(GlossaryLinks(md, facts, language), "glossary", LINK_PRIORITY)


def makeExtension(**kwargs: Any) -> FactsExtension:
    """Return the extension; Python-Markdown calls this."""
    return FactsExtension(**kwargs)
