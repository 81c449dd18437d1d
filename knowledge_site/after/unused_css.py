"""Remove style rules that no page can match.

A rule is kept if all classes, ids and elements of one of its selectors occur in a page or a
script. States such as :hover and [open], and what is in parentheses, as in :not(...) and :is(...),
are assumed to match. Then unused custom properties and animations are removed.
"""

import re
from collections.abc import Iterable, Iterator
from functools import cache

from knowledge_site.after.css import Group, Rule, Sheet

NAMED = re.compile(r"""\s(class|id)=["']?([^"'>]*)""")
ELEMENT = re.compile(r"<([a-z][a-z0-9-]*)")
INLINE_SCRIPT = re.compile(r"<script>(.*?)</script>", re.DOTALL)
WORD = re.compile(r"[A-Za-z_][\w-]*")
NAME = re.compile(r"([.#]?)((?:[\w-]|\\.)+)")
VALUE = re.compile(r"""\[([\w-]+)=["']?([^"'\]]*)["']?\]""")
# Up to three deep, as in :is(:not(:nth-child(2))).
PARENTHESES = re.compile(r"\((?:[^()]|\((?:[^()]|\([^()]*\))*\))*\)")
BRACKETS = re.compile(r"\[[^\]]*\]")
ALTERNATIVE = re.compile(rf"(?:[^,()\[]|{BRACKETS.pattern}|{PARENTHESES.pattern})+")
PSEUDO = re.compile(r"::?[\w-]+")
USED_PROPERTY = re.compile(r"var\(\s*(--[\w-]+)")
KEYFRAMES = re.compile(r"@(?:-\w+-)?keyframes\s+(.+)")
DECLARATION = re.compile(r"""((?:"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|\([^()'"]*\)|[^;"'])+)""")


class UsedNames:
    """Classes, ids, elements and attribute values that can occur in the pages."""

    def __init__(self, pages: Iterable[str], scripts: Iterable[str]) -> None:
        # Most lines are the same on every page; a set keeps each of them once.
        lines: set[str] = set()
        inline: set[str] = set()
        for page in pages:
            lines.update(page.split("\n"))
            inline.update(INLINE_SCRIPT.findall(page))
        self.text = "\n".join(sorted(lines))
        # A value that continues on the next line is cut here, so all of its words count as names.
        torn = (line for line in lines if line.count('"') % 2)
        self.words = {word for text in (*scripts, *inline, *torn) for word in WORD.findall(text)}
        found: dict[str, set[str]] = {"class": set(), "id": set()}
        for kind, names in NAMED.findall(self.text):
            found[kind].update(names.split())
        # A script can use any of its words as a name.
        self.classes, self.ids = found["class"] | self.words, found["id"] | self.words
        self.elements = {"html", "body", *ELEMENT.findall(self.text)} | self.words
        self.has_value = cache(self._has_value)

    def _has_value(self, attribute: str, value: str) -> bool:
        written = (f'{attribute}="{value}"', f"{attribute}='{value}'", f"{attribute}={value}")
        return value in self.words or any(one in self.text for one in written)


def remove_unused(sheet: Sheet, names: UsedNames) -> Sheet:
    """Return the sheet without rules that cannot match the names."""
    kept = tuple(_kept(sheet, names))
    before = None
    while kept != before:
        before, kept = kept, tuple(_used(kept, *_wanted(kept)))
    return kept


def _kept(rules: Iterable[Rule | Group], names: UsedNames) -> Iterator[Rule | Group]:
    for rule in rules:
        if isinstance(rule, Group):
            if inner := tuple(_kept(rule.rules, names)):
                yield Group(rule.prelude, inner)
        elif rule.prelude.startswith("@"):
            yield rule
        else:
            met = [one for one in alternatives(rule.prelude) if can_match(one, names)]
            if met:
                yield Rule(",".join(met), rule.body)


def alternatives(selector: str) -> list[str]:
    """Split a selector list at commas outside brackets."""
    return [one.strip() for one in ALTERNATIVE.findall(selector)]


def can_match(selector: str, names: UsedNames) -> bool:
    """Return whether the selector can match with these names."""
    needed, values = _needed(selector)
    known = {".": names.classes, "#": names.ids, "": names.elements}
    return all(name in known[kind] for kind, name in needed) and all(
        names.has_value(*pair) for pair in values
    )


@cache
def _needed(selector: str) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    """Return the names in a selector, each with "." or "#" or nothing, and attributes with values.

    What is in parentheses is left out.
    """
    # The separator keeps the texts before and after brackets apart.
    text = PARENTHESES.sub("\0", selector)
    names = NAME.findall(PSEUDO.sub("\0", BRACKETS.sub("\0", text)))
    return [(kind, name.replace("\\", "")) for kind, name in names], VALUE.findall(text)


def _wanted(rules: Iterable[Rule | Group]) -> tuple[set[str], set[str]]:
    """Return the custom properties in use and the words of all animation values."""
    properties: set[str] = set()
    words: set[str] = set()
    for rule in rules:
        if isinstance(rule, Group):
            inner = _wanted(rule.rules)
            properties |= inner[0]
            words |= inner[1]
        elif rule.body:
            properties.update(USED_PROPERTY.findall(rule.body))
            if "animation" in rule.body:
                words.update(WORD.findall(rule.body))
    return properties, words


def _used(
    rules: Iterable[Rule | Group], properties: set[str], words: set[str]
) -> Iterator[Rule | Group]:
    for rule in rules:
        if isinstance(rule, Group):
            if inner := tuple(_used(rule.rules, properties, words)):
                yield Group(rule.prelude, inner)
        elif found := KEYFRAMES.match(rule.prelude):
            if found.group(1) in words:
                yield rule
        elif rule.body and "--" in rule.body and "{" not in rule.body:
            declarations = DECLARATION.findall(rule.body)
            read = [one for one in declarations if _is_read(one, properties)]
            if read:
                yield Rule(rule.prelude, ";".join(read))
        else:
            yield rule


def _is_read(declaration: str, properties: set[str]) -> bool:
    name = declaration.partition(":")[0].strip()
    return not name.startswith("--") or name in properties
