"""The placeholders that a page can use between double braces.

`{{ contacts.portal_name }}` inserts a fact into a sentence (any dotted key of support.toml).
`{{ survey.link_lifetime_days day|days }}` inserts a number with its singular or plural.
`{{ table statuses }}` inserts a table, list or picture; it must be the only text on its line.
"""

import re
from collections.abc import Callable
from difflib import get_close_matches
from xml.etree.ElementTree import Element

from knowledge_site.fill import (
    changes,
    checklists,
    lifecycle,
    linked_data,
    lists,
    priorities,
    statuses,
    tables,
)
from knowledge_site.results import figures, metrics
from knowledge_site.results.view import ResultsView
from published_results import Published
from support_facts import Facts

EXPRESSION = re.compile(r"\{\{[ \t]*([^{}\n]*?)[ \t]*\}\}")
FACT = re.compile(r"([a-z][a-z0-9_-]*(?:\.[a-z0-9_-]+)+)(?:[ \t]+([^|]+)\|([^|]+))?")

Placeholder = Callable[[Facts, str], Element]

PLACEHOLDERS: dict[str, Placeholder] = {
    "table statuses": statuses.statuses,
    "table retention": tables.retention,
    "table impacts": priorities.impacts,
    "table priorities": priorities.priorities,
    "table case_types": priorities.case_types,
    "table kinds": tables.case_courses,
    "table escalation_statuses": statuses.escalation_statuses,
    "table bug_ticket_statuses": statuses.bug_statuses,
    "table cloud_ticket_statuses": statuses.cloud_statuses,
    "table mail_subjects": tables.mail_subjects,
    "chooser impacts": priorities.chooser,
    "checklist pieces": checklists.pieces,
    "checklist checks": checklists.checks,
    "checklist symptoms": checklists.symptoms,
    "plain pieces": checklists.plain_pieces,
    "plain investigation": checklists.plain_investigation,
    "questions": lists.questions,
    "survey_emails": lists.survey_emails,
    "contacts": lists.contacts,
    "support_hours": lists.support_hours,
    "glossary": lists.glossary,
    "roles": lists.roles,
    "changes": changes.changes,
    "operator": lists.operator,
    "data contacts": linked_data.contacts,
    "data glossary": linked_data.glossary,
    "data metrics": linked_data.metrics,
    "data statuses": linked_data.statuses,
    "picture lifecycle": lifecycle.picture,
    "picture escalation": lifecycle.escalation,
}

# Filled from published results, if there are any.
RESULTS: dict[str, Callable[[ResultsView], Element]] = {
    "table metrics": metrics.metrics,
    "results figures": figures.figures,
}


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
    return [
        *PLACEHOLDERS,
        *RESULTS,
        *(f"steps {kind.key}" for kind in facts.case_kinds if kind.public),
    ]


def fill(
    expression: str, facts: Facts, language: str, published: Published | None = None
) -> Element:
    """Return the element for a placeholder. Raises UnknownPlaceholder, with similar names."""
    name = " ".join(expression.split())
    known = names(facts)
    if name not in known:
        near = get_close_matches(name, known, n=3, cutoff=0.4) or sorted(known)
        raise UnknownPlaceholder(f"no placeholder {{{{ {name} }}}}: use one of {', '.join(near)}")
    if name in PLACEHOLDERS:
        return PLACEHOLDERS[name](facts, language)
    if name in RESULTS:
        return RESULTS[name](ResultsView(published or Published(), facts, language))
    return lists.steps(facts, language, name.removeprefix("steps "))
