"""The placeholders that a page can use between double braces.

`{{ contacts.portal_name }}` inserts a fact into a sentence (any dotted key of support.toml).
`{{ survey.link_lifetime_days day|days }}` inserts a number with its singular or plural.
`{{ table statuses }}` inserts a table, list or picture; it must be the only text on its line.
"""

import re
from difflib import get_close_matches
from xml.etree.ElementTree import Element

from knowledge_site.fill.rendering import render, template_names
from knowledge_site.results.view import ResultsView
from published_results import Published
from support_facts import Facts

EXPRESSION = re.compile(r"\{\{[ \t]*([^{}\n]*?)[ \t]*\}\}")
FACT = re.compile(r"([a-z][a-z0-9_-]*(?:\.[a-z0-9_-]+)+)(?:[ \t]+([^|]+)\|([^|]+))?")


class UnknownPlaceholder(ValueError):
    """A page uses a placeholder that does not exist."""


def is_fact(expression: str) -> bool:
    """Return whether the text between the braces is the key of a fact, with a plural or not."""
    return FACT.fullmatch(expression) is not None


def fact(expression: str, facts: Facts, language: str) -> str:
    """Return the text for a placeholder for which `is_fact`. Raises FactsError."""
    found = FACT.fullmatch(expression)
    assert found is not None
    key, one, many = found.groups()
    value = facts.value(key, language)
    return f"{value} {one if value == '1' else many}" if one else value


def names(facts: Facts) -> list[str]:
    """Return every placeholder that a page can use, except keys of facts."""
    steps = (f"steps {kind.key}" for kind in facts.case_kinds if kind.public)
    return [*(name for name in template_names() if name != "steps"), *steps]


def fill(
    expression: str, facts: Facts, language: str, published: Published | None = None
) -> Element:
    """Return the element for a placeholder. Raises UnknownPlaceholder, with similar names."""
    name = " ".join(expression.split())
    known = names(facts)
    if name not in known:
        near = get_close_matches(name, known, n=3, cutoff=0.4) or sorted(known)
        raise UnknownPlaceholder(f"no placeholder {{{{ {name} }}}}: use one of {', '.join(near)}")
    view = ResultsView(published or Published(), facts, language)
    if name.startswith("steps "):
        return render("steps", view, argument=name.removeprefix("steps "))
    return render(name, view)
