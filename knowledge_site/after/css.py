"""A minimal parser and minifier for style sheets.

It does not validate: rules that it does not understand are kept unchanged.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

MARK = re.compile(r"""/\*.*?\*/|"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|[{};]""", re.DOTALL)
HOLDS_RULES = re.compile(r"@(?:media|supports|layer|container)\b")
SPACE = re.compile(r"""("[^"]*"|'[^']*')|\s+""")


@dataclass(frozen=True)
class Rule:
    """`prelude{body}`, or a statement such as @import when the body is None."""

    prelude: str
    body: str | None = None


@dataclass(frozen=True)
class Group:
    """`prelude{rules}`, such as @media."""

    prelude: str
    rules: tuple["Rule | Group", ...]


Sheet = tuple[Rule | Group, ...]


def parse(text: str) -> Sheet:
    """Return the rules without comments. Raises ValueError for an extra closing brace."""
    marks = _marks(text)
    rules = tuple(_rules(marks))
    if next(marks, None):
        raise ValueError("style sheet: extra closing brace")
    return rules


def write(rules: Iterable[Rule | Group]) -> str:
    """Return the rules as minified text."""
    return "".join(_written(rule) for rule in rules)


def _written(rule: Rule | Group) -> str:
    if isinstance(rule, Group):
        return f"{rule.prelude}{{{write(rule.rules)}}}" if rule.rules else ""
    return f"{rule.prelude};" if rule.body is None else f"{rule.prelude}{{{rule.body}}}"


def _marks(text: str) -> Iterator[tuple[str, str]]:
    """Yield (text before, mark) for each brace and semicolon; strings belong to the text."""
    before, end = "", 0
    for found in MARK.finditer(text):
        mark = found.group()
        before += text[end : found.start()]
        end = found.end()
        if mark in "{};":
            yield before, mark
            before = ""
        elif not mark.startswith("/*"):
            before += mark


def _rules(marks: Iterator[tuple[str, str]]) -> Iterator[Rule | Group]:
    for before, mark in marks:
        prelude = _short(before)
        if mark == "}":
            return
        if mark == ";":
            if prelude:
                yield Rule(prelude)
        elif HOLDS_RULES.match(prelude):
            yield Group(prelude, tuple(_rules(marks)))
        else:
            yield Rule(prelude, _body(marks))


def _body(marks: Iterator[tuple[str, str]]) -> str:
    """Return the text up to the closing brace, including nested rules."""
    parts = []
    depth = 0
    for before, mark in marks:
        parts.append(_short(before, declaration=True))
        if mark == "}" and depth == 0:
            break
        depth += {"{": 1, "}": -1, ";": 0}[mark]
        parts.append(mark)
    return "".join(parts).removesuffix(";")


def _short(text: str, *, declaration: bool = False) -> str:
    """Collapse white space outside strings."""
    text = SPACE.sub(lambda found: found.group(1) or " ", text).strip()
    if declaration and ":" in text:
        name, _, value = text.partition(":")
        return f"{name.rstrip()}:{value.lstrip()}"
    return text
