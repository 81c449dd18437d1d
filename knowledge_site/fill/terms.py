"""Words and people explained: each a term with its meaning and an anchor of its own."""

from collections.abc import Iterable
from xml.etree.ElementTree import Element

from charts import anchor, element
from support_facts import Facts

# Anchor, term and meaning.
Explained = tuple[str, str, str]


def glossary(facts: Facts, language: str) -> Element:
    """`{{ glossary }}`: every word we use in a sense of our own, in the order of the alphabet."""
    terms = (
        (anchor(term.key), term.name[language], term.meaning[language]) for term in facts.glossary
    )
    return _listed(sorted(terms, key=lambda term: term[1].casefold()))


def roles(facts: Facts, language: str) -> Element:
    """`{{ roles }}`: who a customer may meet or read about."""
    return _listed(
        (f"role-{anchor(role.key)}", role.name[language], role.does[language])
        for role in facts.roles
    )


def _listed(terms: Iterable[Explained]) -> Element:
    listed = element("dl", {"class": "terms"})
    for identity, name, meaning in terms:
        term = element("dt", None, name)
        listed.append(element("div", {"id": identity}, term, element("dd", None, meaning)))
    return listed
